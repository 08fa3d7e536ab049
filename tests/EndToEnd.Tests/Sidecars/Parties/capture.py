"""capture.py PORT [MARK]: an application that listens where its sidecar does, on seventeen other addresses of the loopback."""
import socket
import sys
import threading

SO_MARK = 36
port = int(sys.argv[1])
mark = int(sys.argv[2]) if len(sys.argv) > 2 else 0


def serve(listener):
    while True:
        accepted, _ = listener.accept()
        with accepted:
            accepted.sendall(b"captured\n")


for last in range(2, 19):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if mark:
        listener.setsockopt(socket.SOL_SOCKET, SO_MARK, mark)
    listener.bind((f"127.0.0.{last}", port))
    listener.listen(128)
    threading.Thread(target=serve, args=(listener,), daemon=True).start()
print("listening", flush=True)
sys.stdin.read()
