# Calls with messages made elsewhere, by gRPC C-core. usage: raw_client.py ADDRESS [CA CERTIFICATE KEY]
# Each line on standard input: "check BASE64", answered by "OK BASE64" or "CODE details"; or "log BASE64...", a stream of
# these messages that stays open; "end", which half-closes it, and "code", both answered by how it ended.
import base64
import queue
import sys

import grpc

if len(sys.argv) > 2:
    ca, certificate, key = (open(name, "rb").read() for name in sys.argv[2:])
    channel = grpc.secure_channel(sys.argv[1], grpc.ssl_channel_credentials(ca, key, certificate))
else:
    channel = grpc.insecure_channel(sys.argv[1])
same = lambda b: b
check = channel.unary_unary("/envoy.service.auth.v3.Authorization/Check", same, same)
stream = channel.stream_unary("/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs", same, same)
messages, call = None, None


def answer(get):
    try:
        print("OK", base64.b64encode(get()).decode(), flush=True)
    except grpc.RpcError as error:
        print(error.code().name, error.details(), flush=True)


for line in sys.stdin:
    word, *rest = line.split()
    if word == "check":
        answer(lambda: check(base64.b64decode(rest[0]), timeout=20))
    elif word == "log":
        if messages is None:
            messages = queue.Queue()
            call = stream.future(iter(messages.get, None), timeout=60)
        for message in rest:
            messages.put(base64.b64decode(message))
        print("sent", flush=True)
    else:
        if word == "end":
            messages.put(None)
        answer(call.result)
        messages.put(None)
        messages = None
