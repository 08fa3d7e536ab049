"""asyncio streams, head and body in pieces of their own: usage raw_server.py PORT FILE. Prints every request."""
import asyncio
import hashlib
import sys


async def serve(reader, writer):
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, target, _ = head[0].split(" ")
            print(method, target, flush=True)
            path = target.partition("?")[0]
            headers = dict(line.lower().split(": ", 1) for line in head[1:-2])
            digest, left = hashlib.sha256(), int(headers.get("content-length", "0"))
            while left:
                part = await reader.read(min(left, 65536))
                if not part:
                    return
                digest.update(part)
                left -= len(part)
            body = b"hello\n"
            if method == "PUT":
                body = digest.hexdigest().encode()
            elif path == "/v1/large":
                with open(sys.argv[2], "rb") as file:
                    body = file.read()
            if path == "/v1/chunked":
                writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n")
                await writer.drain()
                writer.write(b"3\r\nlo\n\r\n0\r\n\r\n")
            elif path in ("/v1/204", "/v1/304"):
                writer.write(f"HTTP/1.1 {path[4:]} Nothing\r\n\r\n".encode())
            else:
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode())
                if method != "HEAD":
                    writer.write(body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(serve, None, int(sys.argv[1]), limit=1 << 20)
    await server.serve_forever()


asyncio.run(main())
