"""talker.py ADDRESS PORT [plain] [narrow] [from PORT]: connects to peer.py, and does what each line of its standard input says.

Unless told `plain` it first reads the line that the sidecar sends; `narrow` fixes its receive buffer. Prints its own port, then an answer for each line:
echo ROUNDS MOST: random messages of up to so many bytes, each compared with what comes back
upload BYTES: sends, closes its half, and compares what comes then
ask BYTES, take WAY BYTES: has the peer send, and reads it all later: blocking, or (nginx's way) on edges until there is no more
send BYTES, reset, end
"""
import fcntl
import hashlib
import os
import random
import select
import socket
import struct
import sys
import termios
import threading

address, port = sys.argv[1], int(sys.argv[2])
# With a time-out Python polls before it receives. A joined socket that is received from without may say EAGAIN (docs/lanes.md).
PATIENCE = 60
peer = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
peer.settimeout(PATIENCE)
if "narrow" in sys.argv[3:]:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 200_000)
if "from" in sys.argv[3:]:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    peer.bind(("", int(sys.argv[sys.argv.index("from") + 1])))
peer.connect((address, port))
HASH = 32
SIZE = 16384


def line():
    text = b""
    while not text.endswith(b"\n"):
        data = peer.recv(1)
        if not data:
            raise EOFError(text)
        text += data
    return text.decode().strip()


def read(count):
    whole = bytearray()
    while count is None or len(whole) < count:
        data = peer.recv(65536 if count is None else min(65536, count - len(whole)))
        if not data:
            break
        whole += data
    return bytes(whole)


def verdict(actual, expected):
    return f"whole {len(actual)}" if actual == expected else f"differs: {len(actual)} of {len(expected)} bytes"


def aside(data):
    sender = threading.Thread(target=peer.sendall, args=(data,))
    sender.start()
    return sender


def echo(rounds, most):
    total = 0
    for _ in range(int(rounds)):
        data = os.urandom(random.randint(1, int(most)))
        sender = aside(data)
        answer = read(len(data))
        sender.join()
        if answer != data:
            return verdict(answer, data)
        total += len(data)
    return f"whole {total}"


def upload(count):
    data = os.urandom(int(count))
    sender = aside(data)
    sender.join()
    peer.shutdown(socket.SHUT_WR)
    answer = read(None)
    return verdict(answer, hashlib.sha256(data).digest() + data)


def take_edges(left):
    peer.setblocking(False)
    poll = select.epoll()
    poll.register(peer, select.EPOLLIN | select.EPOLLET | select.EPOLLRDHUP)
    parts = []
    while left > 0 and poll.poll():
        while left > 0:
            try:
                data = peer.recv(SIZE)
            except BlockingIOError:
                break
            if not data:
                return b"".join(parts)
            parts.append(data)
            left -= len(data)
            if struct.unpack("i", fcntl.ioctl(peer, termios.FIONREAD, b"\0\0\0\0"))[0] == 0:
                break
    peer.settimeout(PATIENCE)
    return b"".join(parts)


def take(way, count):
    count = int(count) + HASH
    data = take_edges(count) if way != "blocking" else read(count)
    return verdict(data[-HASH:], hashlib.sha256(data[:-HASH]).digest()) + f" after {len(data) - HASH}"


def end_of(reset):
    if reset:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    return "closed"


def do(words):
    match words:
        case ["echo", rounds, most]:
            return echo(rounds, most)
        case ["upload", count]:
            return upload(count)
        case ["ask", count]:
            peer.sendall(f"{count}\n".encode())
            return "asked"
        case ["take", way, count]:
            return take(way, count)
        case ["send", count]:
            peer.sendall(bytes(int(count)))
            return "sent"
        case ["read"]:
            try:
                return f"read {len(read(None))}"
            except OSError as error:
                return f"error {error.errno}"
        case _:
            return end_of(words == ["reset"])


if "plain" not in sys.argv[3:]:
    line()
print("port", peer.getsockname()[1], flush=True)
for number, text in enumerate(sys.stdin):
    print(f"{number}:", do(text.split()), flush=True)
