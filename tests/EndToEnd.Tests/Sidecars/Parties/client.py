"""client.py KIND ADDRESS PORT...: prints whom the socket thinks it talks to, and what it reads.

KIND: tcp, nonblocking, udp (a connected socket), fast (MSG_FASTOPEN), mptcp, bound (to the fourth argument first), http,
leave (closes at once), many (forty times), again (twice from one port: the second meets what the first has left).
"""
import errno
import select
import socket
import sys

IPPROTO_MPTCP = 262
kind, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if ":" in address else socket.AF_INET
stream = socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM


def connect(sock):
    if kind == "nonblocking":
        sock.setblocking(False)
        result = sock.connect_ex((address, port))
        assert result == errno.EINPROGRESS, result
        select.select([], [sock], [], 10)
        result = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if result:
            raise OSError(result, "")
        sock.setblocking(True)
    elif kind == "fast":
        sock.settimeout(None)
        sock.sendto(b"hello", 0x20000000, (address, port))
    else:
        if kind == "bound":
            sock.bind((sys.argv[4], 0))
        elif kind == "again":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", 45678))
        sock.connect((address, port))
    sock.settimeout(10)


def talk(sock):
    sock.settimeout(10)
    connect(sock)
    peer = sock.getpeername()
    print("peer", peer[0], peer[1])
    if kind == "udp":
        sock.send(b"hello")
        print(sock.recv(2048).decode(), end="")
        return
    if kind == "leave":
        return
    if kind == "http":
        sock.sendall("GET / HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n".encode())
    while data := sock.recv(65536):
        print(data.decode(), end="")


try:
    for _ in range({"again": 2, "many": 40}.get(kind, 1)):
        with socket.socket(family, stream, IPPROTO_MPTCP if kind == "mptcp" else 0) as sock:
            talk(sock)
except socket.timeout:
    print("timeout")
except OSError as error:
    print("error", errno.errorcode.get(error.errno, error.errno))
