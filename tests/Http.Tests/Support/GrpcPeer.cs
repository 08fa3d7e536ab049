using System.Diagnostics;
using System.Net;

namespace Jumpgate.Http.Tests.Support;

/// <summary>
/// A real gRPC server and client (Python's grpcio, generic handlers): bytes in, bytes out, no generated code.
/// </summary>
internal sealed class GrpcPeer : IDisposable
{
    private const string Server = """
        import sys, time, grpc
        from concurrent import futures
        def unary(request, context):
            context.set_trailing_metadata((('x-trailer', 'kept'),))
            return b'<' + request + b'>'
        def slow(request, context):
            while context.is_active():
                time.sleep(0.02)
            return b''
        def stream(request, context):
            for i in range(5):
                yield request + str(i).encode()
        def collect(requests, context):
            return b','.join(requests)
        def bidi(requests, context):
            for request in requests:
                yield request.upper()
        handler = lambda name: grpc.method_handlers_generic_handler(name, {
            'Unary': grpc.unary_unary_rpc_method_handler(unary),
            'Slow': grpc.unary_unary_rpc_method_handler(slow),
            'Stream': grpc.unary_stream_rpc_method_handler(stream),
            'Collect': grpc.stream_unary_rpc_method_handler(collect),
            'Bidi': grpc.stream_stream_rpc_method_handler(bidi)})
        server = grpc.server(futures.ThreadPoolExecutor(8))
        server.add_generic_rpc_handlers((handler('jumpgate.Allowed'), handler('jumpgate.Denied')))
        print(server.add_insecure_port('127.0.0.1:0'), flush=True)
        server.start()
        sys.stdin.read()
        server.stop(0)
        """;

    private readonly Process _process;

    private GrpcPeer(Process process, int port)
    {
        _process = process;
        Address = new IPEndPoint(IPAddress.Loopback, port);
    }

    public IPEndPoint Address { get; }

    public static async Task<GrpcPeer> StartAsync()
    {
        var process = Start(Server);
        var line = await process.StandardOutput.ReadLineAsync().Within();
        return new GrpcPeer(process, int.Parse(line!, System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Runs a client script with <c>channel</c> and <c>grpc</c> at hand.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunClientAsync(IPEndPoint through, string script)
    {
        using var process =
            Start($"import grpc\nchannel = grpc.insecure_channel('{through}')\n{script}\nchannel.close()\n");
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().Within();
            Assert.True(process.ExitCode == 0, await errors.Within());
            return await output.Within();
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit(5000);
        _process.Dispose();
    }

    private static Process Start(string script) => Process.Start(new ProcessStartInfo("/usr/bin/python3")
    {
        ArgumentList = { "-c", script },
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["GRPC_VERBOSITY"] = "NONE" },
    })!;
}
