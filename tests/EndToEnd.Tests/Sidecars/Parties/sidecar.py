"""A proxy as Envoy's original_dst listeners are: it asks the kernel where each connection was to go.

sidecar.py OUTBOUND INBOUND [MARK [USER]]: what it takes at OUTBOUND goes there, what it takes at INBOUND to the application.
With MARK its sockets have it (0: none), and it runs as USER. Each client reads one line first: which side, and the
original destination. The same line is printed.
"""
import ipaddress
import os
import socket
import struct
import sys
import threading

SO_ORIGINAL_DST = 80
SO_MARK = 36
outbound, inbound = int(sys.argv[1]), int(sys.argv[2])
mark = int(sys.argv[3]) if len(sys.argv) > 3 else 0
if len(sys.argv) > 4:
    os.setgroups([])
    os.setresgid(*[int(sys.argv[4])] * 3)
    os.setresuid(*[int(sys.argv[4])] * 3)


def original(accepted):
    """As Envoy asks: with room for any address."""
    if accepted.family == socket.AF_INET:
        answer = accepted.getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 128)
        assert len(answer) == 16, answer
        family, port, address = struct.unpack("=H2s4s8x", answer)
    else:
        answer = accepted.getsockopt(socket.IPPROTO_IPV6, SO_ORIGINAL_DST, 128)
        assert len(answer) == 28, answer
        family, port, address = struct.unpack("=H2s4x16s4x", answer)
    assert family == accepted.family, family
    return str(ipaddress.ip_address(address)), int.from_bytes(port, "big")


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def serve(accepted, side):
    # As every proxy does, this one waits with poll and not in recv.
    accepted.settimeout(60)
    with accepted:
        try:
            to = original(accepted)
        except OSError as error:
            accepted.sendall(f"sidecar {side} knows nothing: {error.errno}\n".encode())
            return
        line = f"sidecar {side} {to[0]} {to[1]}"
        print(line, flush=True)
        try:
            accepted.sendall(f"{line}\n".encode())
        except OSError:
            return
        with socket.socket(accepted.family, socket.SOCK_STREAM) as onward:
            if mark:
                onward.setsockopt(socket.SOL_SOCKET, SO_MARK, mark)
            onward.settimeout(60)
            try:
                onward.connect(to)
            except OSError as error:
                accepted.sendall(f"sidecar cannot connect: {error.errno}\n".encode())
                return
            threading.Thread(target=copy, args=(accepted, onward), daemon=True).start()
            copy(onward, accepted)


def listen(family, address, port, side):
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if mark:
        listener.setsockopt(socket.SOL_SOCKET, SO_MARK, mark)
    listener.bind((address, port))
    listener.listen(128)

    def loop():
        while True:
            accepted, _ = listener.accept()
            threading.Thread(target=serve, args=(accepted, side), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()


for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    listen(family, address, outbound, "outbound")
    listen(family, address, inbound, "inbound")
print("listening", flush=True)
sys.stdin.read()
