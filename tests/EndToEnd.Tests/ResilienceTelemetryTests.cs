using System.Net;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests;

/// <summary>What others read of a running agent: OTLP, Prometheus, and the admin socket.</summary>
[Collection("kernel")]
public sealed class ResilienceTelemetryTests
{
    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Otlp_CollectorListens_GetsTheMeters(string protocol)
    {
        await using var scene = Scene.Prepare(Policies.Server(Policies.HttpGetV1));
        scene.Serve(false);
        var grpc = protocol == "grpc";
        await using var collector =
            await OtlpReceiver.StartAsync(scene.Lab.Node, new IPEndPoint(IPAddress.Loopback, 4317), grpc);
        await scene.StartAgentAsync(Otlp("http://127.0.0.1:4317", protocol));
        Assert.Equal(200, await scene.GetAsync("client", scene.Server(false), "GET /v1/x"));
        Assert.False(await scene.CanConnectAsync("stranger", scene.Server(false)));

        string[] expected =
        [
            "jumpgate.http.requests", "jumpgate.http.request.duration", "jumpgate.drops", "jumpgate.flows",
                "jumpgate.policy.revision",
            "jumpgate.connections.open", "jumpgate.bpf.map.entries",
        ];
        await Wait.UntilAsync(
            () => collector.Received.Any(r => expected.All(e => r.Contains(e, StringComparison.Ordinal))),
            Wait.Patience,
            "all meters at the collector", () => $"{collector.Received.Count} exports\n{scene.Agent.Captured()}");
    }

    [Fact]
    public async Task Otlp_NobodyListens_TheAgentWorksAndStops()
    {
        await using var scene = Scene.Prepare(Policies.Server(Policies.HttpGetV1));
        scene.Serve(false);
        await scene.StartAgentAsync(Otlp("http://127.0.0.1:1", "grpc"));
        Assert.Equal(200, await scene.GetAsync("client", scene.Server(false), "GET /v1/x"));
        Assert.Equal(403, await scene.GetAsync("client", scene.Server(false), "PUT /v1/x"));

        scene.Agent.Signal("TERM");
        Assert.Equal(0, await scene.Agent.WaitForExitAsync(Wait.Patience));
    }

    [Fact]
    public async Task Prometheus_AThousandMethodsAndPaths_WellFormed_Monotonic_Bounded()
    {
        await using var scene = await Scene.StartAsync(Policies.Server(Policies.HttpGetV1));
        scene.Serve(false);
        using var peer = await scene.ConnectAsync("client", scene.Server(false));
        Assert.Equal(200, (await peer.AskAsync("GET /v1/x")).Status);
        Assert.Equal(403, (await peer.AskAsync("PUT /v1/x")).Status);
        var before = PrometheusPage.Parse(await scene.ReadAdminAsync("metrics"));

        for (var i = 0; i < 1000; i++)
        {
            var (method, status) = i % 2 == 0 ? ("GET", 200) : ($"M{i}", 403);
            Assert.Equal(status, (await peer.AskAsync($"{method} /v1/{i}?{i}", $"X-Name-{i}: {i}\r\n")).Status);
        }

        PrometheusPage after = before;
        await Wait.UntilAsync(
            async () => Requests(after = PrometheusPage.Parse(await scene.ReadAdminAsync("metrics"))) == Requests(
                before) + 1000,
            Wait.Patience, "all requests to be counted");
        Assert.All(before.Growing, s => Assert.True(after.Series[s] >= before.Series[s], s));
        Assert.Equal(
            before.Series.Keys.Where(IsOfRequests).Order(StringComparer.Ordinal),
            after.Series.Keys.Where(IsOfRequests).Order(StringComparer.Ordinal));
        Assert.InRange(after.Series.Count, 10, 200);
        Assert.DoesNotContain(after.Series.Keys, s => s.Contains('/', StringComparison.Ordinal));
        Assert.Contains(after.Of("jumpgate_bpf_map_entries"), s =>
            s.EndsWith("{map=\"policy\",slot=\"1\"}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AdminSocket_OnlyForRoot()
    {
        await using var scene = await Scene.StartAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(scene.AdminSocket));

        // The directory of a test is closed as well; a link to the socket from elsewhere would be no way in, so open
        // the way.
        File.SetUnixFileMode(Path.GetDirectoryName(scene.AdminSocket)!, (UnixFileMode)0x1ed);
        await using var other = NetnsProcess.Start(
            scene.Lab.NodeName, "setpriv",
            ["--reuid", "65534", "--regid", "65534", "--clear-groups", "dotnet", Product.Command,
                "status", "--admin-socket", scene.AdminSocket]);
        Assert.Equal(1, await other.WaitForExitAsync(Wait.Patience));
        Assert.Equal($"jumpgate: {scene.AdminSocket}: permission denied; run as root\n", other.Error);
        Assert.Empty(other.Output);
        Assert.Equal(0, scene.Ask("status").ExitCode);
    }

    private static double Requests(PrometheusPage page) =>
        page.Of("jumpgate_http_requests_total").Sum(s => page.Series[s]);

    private static bool IsOfRequests(string series) => series.StartsWith("jumpgate_http", StringComparison.Ordinal);

    private static Dictionary<string, string> Otlp(string endpoint, string protocol) => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint + (protocol == "grpc" ? "" : "/"),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "300",
    };
}
