# A gRPC server (C-core) whose rules come from xDS. usage: xds_server.py ADDRESS:PORT
# Every method answers what it was sent. Prints "started"; what it serves, and when, is up to its control plane.
import sys
from concurrent import futures

import grpc

same = lambda b: b


class Echo(grpc.GenericRpcHandler):
    def service(self, call):
        return grpc.unary_unary_rpc_method_handler(lambda request, context: request, same, same)


server = grpc.server(futures.ThreadPoolExecutor(4), handlers=[Echo()], xds=True)
credentials = grpc.xds_server_credentials(grpc.insecure_server_credentials())
if server.add_secure_port(sys.argv[1], credentials) == 0:
    sys.exit("no port")
server.start()
print("started", flush=True)
sys.stdin.read()
