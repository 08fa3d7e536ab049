"""server.py PORT...: TCP and UDP on every address; says who came, and where."""
import socket
import sys
import threading


def plain(address):
    return address[0].removeprefix("::ffff:"), address[1]


def tcp(port):
    listener = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind(("::", port))
    listener.listen(128)
    while True:
        accepted, peer = listener.accept()
        with accepted:
            here = plain(accepted.getsockname())
            accepted.sendall(f"server {here[0]} {here[1]} saw {plain(peer)[0]}\n".encode())


def udp(port):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(("::", port))
        while True:
            data, peer = sock.recvfrom(2048)
            sock.sendto(b"server heard " + data + b"\n", peer)


for number in sys.argv[1:]:
    threading.Thread(target=tcp, args=(int(number),), daemon=True).start()
    threading.Thread(target=udp, args=(int(number),), daemon=True).start()
print("listening", flush=True)
sys.stdin.read()
