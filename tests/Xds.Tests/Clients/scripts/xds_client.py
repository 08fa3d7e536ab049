# Calls a unary method through an xds: target: one call for each line on standard input, one line of answer for each.
# usage: xds_client.py TARGET METHOD
import sys

import grpc

target, method = sys.argv[1:]
channel = grpc.insecure_channel(target, options=[
    ("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500), ("grpc.enable_retries", 0)])
call = channel.unary_unary(method, request_serializer=lambda b: b, response_deserializer=lambda b: b)
for line in sys.stdin:
    try:
        answer = call(line.strip().encode(), timeout=float(20), wait_for_ready=line.startswith("wait"))
        print("OK", answer.decode(), flush=True)
    except grpc.RpcError as error:
        print(error.code().name, error.details(), flush=True)
