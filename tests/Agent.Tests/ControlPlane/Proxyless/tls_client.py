# Calls a unary method as an xDS client that asks for credentials of xDS: one call for each line on standard input (TARGET METHOD),
# one line of answer for each.
import sys

import grpc
import grpc.experimental

same = lambda b: b
for line in sys.stdin:
    target, method = line.split()
    with grpc.secure_channel(target, grpc.xds_channel_credentials(grpc.experimental.insecure_channel_credentials())) as channel:
        try:
            print("OK", channel.unary_unary(method, same, same)(b"ship", timeout=10).decode(), flush=True)
        except grpc.RpcError as error:
            print(error.code().name, " ".join(error.details().split()), flush=True)
