using Jumpgate.Grpc;
using Jumpgate.Xds.Tests.Clients;
using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Grpc;

/// <summary>The gRPC layer as C-core (Python) and grpc-js see it.</summary>
public sealed class RealGrpcClientTests
{
    private static readonly Dictionary<string, string> Expected = new()
    {
        ["unary"] = "OK abc",
        ["server"] = "OK 0,1,2",
        ["client"] = "OK abc",
        ["duplex"] = "OK a,b,end",
        ["empty"] = "OK endnone",
        ["metadata"] = "OK deadline hello 00ff2c",
        ["deadline"] = "DEADLINE_EXCEEDED",
        ["deaf-deadline"] = "DEADLINE_EXCEEDED",
        ["error"] = "FAILED_PRECONDITION 50 % of the förce\n",
        ["late-error"] = "FAILED_PRECONDITION 50 % of the förce\n",
        ["crash"] = "UNKNOWN the method failed; the server's log says why",
        ["missing"] = "UNIMPLEMENTED no method /jumpgate.test.Kinds/Missing",
        ["big"] = "OK 3000000",
        ["too-big"] = "RESOURCE_EXHAUSTED the message has 5000000 bytes, more than 4194304",
        ["gzip"] = "OK 100000",
        ["bomb"] = "RESOURCE_EXHAUSTED the decompressed message exceeds 4194304 bytes",
        ["cancel"] = "OK CANCELLED",
    };

    [Theory]
    [InlineData("python")]
    [InlineData("node")]
    public async Task EveryKindOfCall_EndsAsItShould(string language)
    {
        var service = new KindsService();
        await using var server = await EchoServer.StartAsync(new GrpcOptions { CompressFrom = 1000 }, service.Create());
        await using var client = language == "python"
            ? ClientProcess.Python("grpc_client.py", new Dictionary<string, string>(), $"127.0.0.1:{server.Port}")
            : ClientProcess.Node("grpc_client.js", new Dictionary<string, string>(), $"127.0.0.1:{server.Port}");

        foreach (var (scenario, expected) in Expected)
        {
            var answer = await client.AskAsync(scenario);
            if (expected.EndsWith('\n'))
            {
                // The detail's last character is a line's end, which the client prints.
                await client.NextLineAsync();
                answer += "\n";
            }

            Assert.True(
                answer.StartsWith(expected, StringComparison.Ordinal), $"{scenario}: {answer}\n{client.Errors}");
        }

        await service.Cancelled.WaitAsync(Testing.Wait.Patience);
        service.Release();
    }
}
