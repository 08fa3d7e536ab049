"""Accepts one connection, waits for a line, and then reads a number of bytes the way some servers do.

  reader.py PORT WAY BYTES

WAY is `blocking`; `edge`: epoll with edges, read until EAGAIN; `short`: edges, a short read is the last one; or
`counted`: edges, FIONREAD says when there is no more (nginx does the last two). Prints the hash, then answers "done".
"""
import fcntl
import hashlib
import select
import socket
import struct
import sys
import termios

SIZE = 16384


def waiting(peer):
    return struct.unpack("i", fcntl.ioctl(peer, termios.FIONREAD, b"\0\0\0\0"))[0]


def read_edges(peer, way, take):
    """Reads on every edge, and only then."""
    peer.setblocking(False)
    poll = select.epoll()
    poll.register(peer, select.EPOLLIN | select.EPOLLET | select.EPOLLRDHUP)
    while poll.poll():
        while True:
            try:
                data = peer.recv(SIZE)
            except BlockingIOError:
                break
            if take(data):
                return
            if way == "short" and len(data) < SIZE or way == "counted" and waiting(peer) == 0:
                break


def main():
    port, way, left = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("0.0.0.0", port))
    listener.listen()
    print("listening", flush=True)
    peer, _ = listener.accept()
    sys.stdin.readline()
    digest = hashlib.sha256()

    def take(data):
        nonlocal left
        if not data:
            raise EOFError(f"the end, {left} bytes early")
        digest.update(data)
        left -= len(data)
        return left == 0

    if way == "blocking":
        while not take(peer.recv(SIZE)):
            pass
    else:
        read_edges(peer, way, take)
    peer.setblocking(True)
    peer.sendall(b"done")
    print(digest.hexdigest(), flush=True)


main()
