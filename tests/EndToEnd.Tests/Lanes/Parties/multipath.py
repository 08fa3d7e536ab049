"""Asks for /v1/hello over one Multipath TCP connection: multipath.py ADDRESS PORT COUNT."""
import socket
import sys

address, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
client.settimeout(10)
client.connect((address, port))
right = 0
for _ in range(count):
    client.sendall(b"GET /v1/hello HTTP/1.1\r\nHost: server\r\n\r\n")
    got = b""
    while not got.endswith(b"\r\n\r\nhello\n"):
        part = client.recv(65536)
        if not part:
            sys.exit(f"the end after {right} answers and {got!r}")
        got += part
    right += got.startswith(b"HTTP/1.1 200 ")
print(right, "right")
