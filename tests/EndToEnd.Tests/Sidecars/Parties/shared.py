"""shared.py ADDRESS PORT COUNT NAME: listeners that share one address (SO_REUSEPORT), as a proxy's workers do.

Each says which it is to whoever connects, and ends the connection.
"""
import socket
import sys
import threading

address, port, count, name = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]


def serve(listener, number):
    while True:
        accepted, _ = listener.accept()
        with accepted:
            accepted.sendall(f"{name} {number}\n".encode())


for number in range(count):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((address, port))
    listener.listen(128)
    threading.Thread(target=serve, args=(listener, number), daemon=True).start()
print("listening", flush=True)
sys.stdin.read()
