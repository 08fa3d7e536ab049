"""bystander.py PORT: every socket option that there may be, on sockets of many kinds; connects to a local listener at PORT.

Answers are printed as (result or errno, length, bytes); what changes by itself (counters, times, CPUs,
what congestion control has measured) is left out.
"""
import ctypes
import errno
import socket
import sys

libc = ctypes.CDLL(None, use_errno=True)
PAGE = 4096
VOLATILE = {(socket.IPPROTO_TCP, 11), (socket.IPPROTO_TCP, 24), (socket.IPPROTO_TCP, 26), (1, 57), (1, 71), (1, 56), (1, 55), (1, 64), (1, 49)}


def ask(sock, level, name, size):
    buffer = (ctypes.c_char * max(size, 1))()
    length = ctypes.c_uint32(size)
    result = libc.getsockopt(sock.fileno(), level, name, buffer, ctypes.byref(length))
    if result:
        return errno.errorcode.get(ctypes.get_errno()), length.value
    # A descriptor is a new one each time.
    return result, length.value, bytes(buffer[: min(length.value, size)]).hex() if (level, name) not in VOLATILE else ""


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(5)
connected = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
accepted, _ = listener.accept()
kinds = [
    ("listener", listener),
    ("connected", connected),
    ("accepted", accepted),
    ("tcp4", socket.socket(socket.AF_INET, socket.SOCK_STREAM)),
    ("tcp6", socket.socket(socket.AF_INET6, socket.SOCK_STREAM)),
    ("udp4", socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
    ("udp6", socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)),
    ("unix", socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)),
    ("netlink", socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)),
]
for kind, sock in kinds:
    for level in (socket.SOL_IP, socket.SOL_SOCKET, socket.IPPROTO_TCP, socket.IPPROTO_IPV6, 270):
        for name in range(0, 100):
            # The kernel has no answer to these that two runs share: peer's groups, attached filters, NAPI, inq.
            if (level, name) in ((1, 26), (1, 59), (socket.IPPROTO_TCP, 35)):
                continue
            for size in (0, 4, 16, 128, PAGE + 100):
                print(kind, level, name, size, ask(sock, level, name, size))
