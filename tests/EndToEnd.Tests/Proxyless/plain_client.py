# A gRPC client that knows nothing of xDS. Each line on standard input: NUMBER TARGET METHOD [NAME=VALUE...]; answered by
# "NUMBER CODE details;".
import sys

import grpc

same = lambda b: b
for line in sys.stdin:
    number, target, method, *headers = line.split()
    with grpc.insecure_channel(target) as channel:
        try:
            channel.unary_unary(method, same, same)(b"ship", timeout=10, metadata=[tuple(h.split("=")) for h in headers])
            print(number, "OK;", flush=True)
        except grpc.RpcError as error:
            print(number, error.code().name, error.details() + ";", flush=True)
