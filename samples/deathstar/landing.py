#!/usr/bin/python3
"""The deathstar's gRPC service, and a client for it: messages are plain UTF-8 text, so no generated code is needed.

    landing.py serve ADDRESS:PORT
    landing.py call ADDRESS:PORT /deathstar.v1.Landing/Request TEXT
"""
import signal
import sys
from concurrent import futures

import grpc


class Landing(grpc.GenericRpcHandler):
    def service(self, details):
        replies = {
            "/deathstar.v1.Landing/Request": b"Ship landed",
            "/deathstar.v1.Landing/OpenExhaustPort": b"Panic: deathstar exploded",
        }
        reply = replies.get(details.method)
        if reply is None:
            return None
        return grpc.unary_unary_rpc_method_handler(lambda request, context: reply)


def serve(addresses):
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    server.add_generic_rpc_handlers((Landing(),))
    for address in addresses:
        if server.add_insecure_port(address) == 0:
            sys.exit(f"cannot listen on {address}")
    server.start()
    print("serving", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    server.stop(0)


def call(address, method, text):
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            print("OK", channel.unary_unary(method)(text.encode(), timeout=5).decode())
        except grpc.RpcError as error:
            print(error.code().name, error.details())


if __name__ == "__main__":
    if len(sys.argv) >= 3 and sys.argv[1] == "serve":
        serve(sys.argv[2:])
    elif len(sys.argv) == 5 and sys.argv[1] == "call":
        call(*sys.argv[2:])
    else:
        sys.exit(__doc__)
