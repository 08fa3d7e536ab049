"""http.client: usage client.py HOST PORT 'METHOD PATH [FILE]'... on one connection.
Prints STATUS LENGTH SHA256 LOCAL-PORT for each."""
import hashlib
import http.client
import sys

connection = http.client.HTTPConnection(sys.argv[1], int(sys.argv[2]), timeout=60)
for step in sys.argv[3:]:
    method, path, *upload = step.split(" ")
    body = open(upload[0], "rb") if upload else None
    if connection.sock is None:
        connection.connect()
    port = connection.sock.getsockname()[1]
    connection.request(method, path, body)
    response = connection.getresponse()
    digest, length = hashlib.sha256(), 0
    while part := response.read(65536):
        digest.update(part)
        length += len(part)
    print(response.status, length, digest.hexdigest(), port, flush=True)
