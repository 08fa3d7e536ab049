"""http.server as people write it: usage server.py PORT FILE. Prints every request."""
import hashlib
import http.server
import shutil
import socket
import sys

FILE = sys.argv[2]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):
        print(self.requestline, flush=True)

    def answer(self, body, status=200):
        self.send_response(status)
        if status == 200:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path == "/v1/large":
            with open(FILE, "rb") as file:
                self.send_response(200)
                self.send_header("Content-Length", str(file.seek(0, 2)))
                self.end_headers()
                file.seek(0)
                shutil.copyfileobj(file, self.wfile)
        elif path == "/v1/chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in (b"hel", b"lo\n"):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
        elif path in ("/v1/204", "/v1/304"):
            self.answer(b"", int(path[4:]))
        else:
            self.answer(b"hello\n")

    do_HEAD = do_GET

    def do_PUT(self):
        digest = hashlib.sha256()
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                digest.update(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
        else:
            left = int(self.headers["Content-Length"])
            while left:
                part = self.rfile.read(min(left, 65536))
                digest.update(part)
                left -= len(part)
        self.answer(digest.hexdigest().encode())


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    daemon_threads = True


Server(("::", int(sys.argv[1])), Handler).serve_forever()
