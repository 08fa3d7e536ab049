using System.Diagnostics;
using System.Text.RegularExpressions;
using Jumpgate.Testing;

namespace Jumpgate.Http.Tests.Http2;

public class H2loadTests
{
    [Fact]
    public async Task H2load_ManyStreamsOnFewConnections_AllSucceed()
    {
        await using var backend = await Backend.StartRawTargetAsync();
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        var start = new ProcessStartInfo("h2load") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["-n", "200", "-c", "4", "-m", "20", $"http://{proxy.Address}/v1/"])
        {
            start.ArgumentList.Add(argument);
        }

        using var h2load = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Wait.Patience);
        var output = await h2load.StandardOutput.ReadToEndAsync(patience.Token);
        await h2load.WaitForExitAsync(patience.Token);

        Assert.Matches(new Regex(@"status codes: 200 2xx, 0 3xx, 0 4xx, 0 5xx"), output);
        Assert.Equal(4, proxy.UpstreamConnects);
        await proxy.WhenAllServed();
        Assert.Equal(200, proxy.Observer.Counts);
    }
}
