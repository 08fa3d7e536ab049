"""peer.py: a server on every address. What it does with a connection the port says.

8001: sends back what it gets. 8002: reads to the end, then sends the hash of it, and all of it. 8003: reads a line with a
number, sends so many bytes and their hash, waits for the end. 8004: prints how much has come, and how it ended.
"""
import hashlib
import os
import socket
import sys
import threading


def echo(peer):
    while data := peer.recv(65536):
        peer.sendall(data)


def finish(peer):
    whole = bytearray()
    while data := peer.recv(65536):
        whole += data
    peer.sendall(hashlib.sha256(whole).digest() + whole)


def flood(peer):
    with peer.makefile("rb") as lines:
        data = os.urandom(int(lines.readline()))
        peer.sendall(data + hashlib.sha256(data).digest())
        lines.read()


def watch(peer):
    total = 0
    try:
        while data := peer.recv(65536):
            total += len(data)
            print("got", total, flush=True)
        print("end after", total, flush=True)
    except OSError as error:
        print("error after", total, error.errno, flush=True)


def serve(port, work):
    listener = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind(("::", port))
    listener.listen(128)

    def one(peer):
        peer.settimeout(60)  # As talker.py does.
        with peer:
            try:
                work(peer)
            except OSError:
                pass

    def loop():
        while True:
            peer, _ = listener.accept()
            threading.Thread(target=one, args=(peer,), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()


for number, what in ((8001, echo), (8002, finish), (8003, flood), (8004, watch)):
    serve(number, what)
print("listening", flush=True)
sys.stdin.read()
