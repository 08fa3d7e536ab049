# Speaks all kinds of calls to the test service: one scenario for each line on standard input, one line of answer for each.
# usage: grpc_client.py TARGET
import sys

import grpc

SERVICE = "/jumpgate.test.Kinds/"
plain = grpc.insecure_channel(sys.argv[1])
zipped = grpc.insecure_channel(sys.argv[1], compression=grpc.Compression.Gzip)


def unary(method, channel=plain):
    return channel.unary_unary(SERVICE + method)


def duplex():
    return plain.stream_stream(SERVICE + "Duplex")


def metadata():
    answer, call = unary("Metadata").with_call(b"", metadata=(("x-text", "hello"), ("x-bytes-bin", b"\x00\xff,")), timeout=20)
    trailers = dict(call.trailing_metadata())
    return "%s %s %s" % (answer.decode(), trailers["x-back"], trailers["x-back-bin"].hex())


def cancelled():
    call = duplex()(iter(lambda: b"x", None), timeout=20)
    next(call)
    call.cancel()
    try:
        next(call)
    except grpc.RpcError as error:
        return error.code().name


scenarios = {
    "unary": lambda: unary("Unary")(b"abc", timeout=20).decode(),
    "server": lambda: b",".join(plain.unary_stream(SERVICE + "Server")(b"3", timeout=20)).decode(),
    "client": lambda: plain.stream_unary(SERVICE + "Client")(iter([b"a", b"b", b"c"]), timeout=20).decode(),
    "duplex": lambda: b",".join(duplex()(iter([b"a", b"b"]), timeout=20)).decode(),
    "empty": lambda: b",".join(duplex()(iter([]), timeout=20)).decode() + "none",
    "metadata": metadata,
    "cancel": cancelled,
    "deadline": lambda: unary("Hang")(b"", timeout=0.3).decode(),
    "deaf-deadline": lambda: unary("HangDeaf")(b"", timeout=0.3).decode(),
    "error": lambda: unary("Error")(b"", timeout=20).decode(),
    "late-error": lambda: b",".join(plain.unary_stream(SERVICE + "LateError")(b"", timeout=20)).decode(),
    "crash": lambda: unary("Crash")(b"", timeout=20).decode(),
    "missing": lambda: unary("Missing")(b"", timeout=20).decode(),
    "big": lambda: str(len(unary("Unary")(b"x" * 3000000, timeout=20))),
    "too-big": lambda: unary("Unary")(b"x" * 5000000, timeout=20).decode(),
    "gzip": lambda: str(len(unary("Unary", zipped)(b"x" * 100000, timeout=20))),
    "bomb": lambda: unary("Unary", zipped)(b"x" * 50000000, timeout=20).decode(),
}
for line in sys.stdin:
    try:
        print("OK", scenarios[line.strip()](), flush=True)
    except grpc.RpcError as error:
        print(error.code().name, error.details(), flush=True)
