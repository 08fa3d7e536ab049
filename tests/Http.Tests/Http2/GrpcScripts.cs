namespace Jumpgate.Http.Tests.Http2;

/// <summary>A gRPC service without generated code: messages are bytes.</summary>
internal static class GrpcScripts
{
    /// <summary>Prints its port, then what happens to calls.</summary>
    public const string Server = """
        import grpc, sys, threading
        from concurrent import futures

        def unary(request, context):
            return request.upper()

        def collect(requests, context):
            return b",".join(requests)

        def count(request, context):
            for i in range(int(request)):
                yield b"%d" % i

        def echo(requests, context):
            for r in requests:
                yield b"re:" + r

        def wait(request, context):
            ended = threading.Event()
            context.add_callback(ended.set)
            print("waiting", flush=True)
            ended.wait(30)
            print("ended", flush=True)
            return b""

        def metadata(request, context):
            sent = dict(context.invocation_metadata())
            context.send_initial_metadata((("x-initial", sent["x-ask"]), ("x-data-bin", sent["x-data-bin"])))
            context.set_trailing_metadata((("x-trailing", "t"), ("x-more-bin", b"\x00\xff")))
            return b"ok"

        def deadline(request, context):
            return b"%d" % int(context.time_remaining() * 1000)

        def fail(request, context):
            context.set_trailing_metadata((("x-why", "because"),))
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "no: 100% \u00e9")

        def late(requests, context):
            next(requests)
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "enough")
            yield b""

        def silent(request, context):
            context.send_initial_metadata((("x-initial", "now"),))
            ended = threading.Event()
            context.add_callback(ended.set)
            ended.wait(30)
            return
            yield b""

        def big(request, context):
            return request

        handlers = {
            "Unary": grpc.unary_unary_rpc_method_handler(unary),
            "Denied": grpc.unary_unary_rpc_method_handler(unary),
            "Collect": grpc.stream_unary_rpc_method_handler(collect),
            "Count": grpc.unary_stream_rpc_method_handler(count),
            "Echo": grpc.stream_stream_rpc_method_handler(echo),
            "Wait": grpc.unary_unary_rpc_method_handler(wait),
            "Metadata": grpc.unary_unary_rpc_method_handler(metadata),
            "Deadline": grpc.unary_unary_rpc_method_handler(deadline),
            "Fail": grpc.unary_unary_rpc_method_handler(fail),
            "Late": grpc.stream_stream_rpc_method_handler(late),
            "Silent": grpc.unary_stream_rpc_method_handler(silent),
            "Big": grpc.unary_unary_rpc_method_handler(big),
        }
        size = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        server = grpc.server(futures.ThreadPoolExecutor(16), options=size)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("jg.Test", handlers),))
        print(server.add_insecure_port("127.0.0.1:0"), flush=True)
        server.start()
        sys.stdin.read()
        """;

    /// <summary>What every client script begins with: <c>channel</c>, <c>path()</c> and <c>failed()</c>.</summary>
    public const string Client = """
        import grpc, queue, sys
        size = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        channel = grpc.insecure_channel(sys.argv[1], options=size)

        def path(method):
            return "/jg.Test/" + method

        def failed(call):
            try:
                call()
            except grpc.RpcError as e:
                return e
            raise AssertionError("the call succeeded")

        def requests(q):
            while True:
                item = q.get()
                if item is None:
                    return
                yield item

        unary = lambda m, r=b"a", **k: channel.unary_unary(path(m))(r, timeout=k.pop("timeout", 20), **k)

        """;
}
