using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>Requests that never came to the proxy are seen and counted like the others.</summary>
[Collection("kernel")]
public sealed class LaneSightTests(PolicyPartyScene scene) : IClassFixture<PolicyPartyScene>
{
    private const int Requests = 200;

    [Fact]
    public async Task Metrics_RequestsOfBoth_AddUp()
    {
        var server = await scene.ServerAsync("nginx");
        using var client = await Wire.ConnectAsync(scene.Scene, scene.Address(server));
        await scene.UntilDecidedAsync(
            async () => Assert.Equal(200, (await client.AskAsync(Wire.Request("/v1/hello"))).Status));
        var before = await ForwardedAsync();
        var decided = await scene.DecidedAsync();

        for (var i = 0; i < Requests; i++)
        {
            // Escaped: the kernel leaves it to the proxy.
            Assert.Equal(200, (await client.AskAsync(Wire.Request(i % 10 == 0 ? "/v1/h%65llo" : "/v1/hello"))).Status);
        }

        Assert.InRange(await scene.DecidedAsync() - decided, 1ul, (ulong)Requests - 1);
        await Wait.UntilAsync(
            async () => await ForwardedAsync() == before + Requests, Wait.Patience, "the counters to add up");
    }

    /// <summary>The kernel decides the request; the response, or its end, is relayed by the proxy.</summary>
    [Fact]
    public async Task Metrics_ResponsesThatTheProxyEnds_AddUp()
    {
        const string Head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        var turn = 0;
        using var server = new WireServer(scene.Scene, async wire =>
        {
            while (await wire.ReadHeadAsync() is not null)
            {
                string[] sends = (turn++ % 4) switch
                {
                    0 => [$"{Head}5\r\nhello\r\n0\r\n\r\n"],
                    1 => [$"{Head}5;a=b\r\nhello\r\n0\r\n\r\n"],
                    2 => [$"{Head}4\r\nhell\r\n", "1;a=b\r\no\r\n0\r\n\r\n"],
                    _ => [$"{Head}5\r\nhel", "lo\r\n", "0\r\nX-Sum: 1\r\n\r\n"],
                };
                foreach (var send in sends)
                {
                    await wire.SendAsync(send);
                }
            }
        });
        using var client = await Wire.ConnectAsync(scene.Scene, server.Address);
        await scene.UntilDecidedAsync(AskAsync);
        var before = await ForwardedAsync();
        var decided = await scene.DecidedAsync();

        for (var i = 0; i < Requests; i++)
        {
            await AskAsync();
        }

        Assert.InRange(await scene.DecidedAsync() - decided, (ulong)Requests / 2, (ulong)Requests);
        await Wait.UntilAsync(
            async () => await ForwardedAsync() == before + Requests, Wait.Patience, "the counters to add up");

        async Task AskAsync()
        {
            await client.SendAsync(Wire.Request("/v1/chunked"));
            await client.ReadHeadAsync();
            var count = 0;
            await client.ReadChunksAsync(part => count += part.Length);
            Assert.Equal(5, count);
        }
    }

    [Fact]
    public async Task Monitor_WhileSomebodyFollows_ShowsRequestsOfTheKernel()
    {
        var server = await scene.ServerAsync("nginx");
        using var monitor = scene.Scene.Lab.Start(
            "node", "dotnet", Product.Command,
            "monitor", "--protocol", "http", "--json", "--admin-socket", scene.Scene.AdminSocket);
        using var client = await Wire.ConnectAsync(scene.Scene, scene.Address(server));
        var output = string.Empty;
        var i = 0;

        await Wait.UntilAsync(
            async () =>
            {
                Assert.Equal(200, (await client.AskAsync(Wire.Request($"/v1/hello?{i++}"))).Status);
                output = monitor.Output;
                return output.Contains("decided in the kernel", StringComparison.Ordinal);
            },
            Wait.Patience,
            "a record of the kernel",
            () => output);

        var line = output.Split('\n').First(l => l.Contains("decided in the kernel", StringComparison.Ordinal));
        Assert.Contains("\"method\":\"GET\"", line, StringComparison.Ordinal);
        Assert.Contains("\"url\":\"/v1/hello?", line, StringComparison.Ordinal);
        Assert.Contains("\"code\":200", line, StringComparison.Ordinal);
        Assert.Contains("\"workload\":\"client\"", line, StringComparison.Ordinal);
        Assert.Contains("\"workload\":\"server\"", line, StringComparison.Ordinal);
        Assert.Contains(".yaml:", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /v1/hello", "kernel")]
    [InlineData("GET /v1/h%65llo", "proxy: ")]
    [InlineData("GET /secret", "proxy: the kernel only ever allows")]
    public void Explain_Request_SaysWhoDecides(string request, string expected)
    {
        var (_, output) = scene.Scene.Jumpgate(
            "policy", "explain", "--workloads", scene.Scene.WorkloadsFile, "--policies", scene.Scene.PoliciesDirectory,
            "--from", "client", "--to", "server", "--port", "8000", "--request", request);

        Assert.Contains($"in lanes {expected}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_WithLanes_SaysHowMuchIsInTheKernel()
    {
        var server = await scene.ServerAsync("nginx");
        using var client = await Wire.ConnectAsync(scene.Scene, scene.Address(server));
        await scene.UntilDecidedAsync(
            async () => Assert.Equal(200, (await client.AskAsync(Wire.Request("/v1/hello"))).Status));

        Assert.Contains(
            "1 of 1 rule sets wholly in the kernel", scene.Scene.Ask("status").Output, StringComparison.Ordinal);
        var list = scene.Scene.Ask("lanes", "list").Output;
        Assert.Contains("bytes in the kernel", list, StringComparison.Ordinal);
        Assert.Contains("p50 <", list, StringComparison.Ordinal);
    }

    private async Task<double> ForwardedAsync() =>
        PrometheusPage.Parse(await scene.Scene.ReadAdminAsync("metrics")).Series
            .Where(s => s.Key.StartsWith("jumpgate_http_requests", StringComparison.Ordinal)
                && s.Key.Contains("outcome=\"forwarded\"", StringComparison.Ordinal))
            .Sum(s => s.Value);
}
