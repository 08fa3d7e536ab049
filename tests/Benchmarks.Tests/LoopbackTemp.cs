namespace Jumpgate.Benchmarks.Tests;
public sealed class LoopbackTemp
{
    [Fact]
    public async Task Loop()
    {
        await using var lab = new BenchLab();
        await lab.StartServerAsync();
        await lab.StartAsync(Peers.Lanes, Work.All[0]);
        var own = lab.Ask(lab.Server, "PUT", "/v1/landing", "server");
        var loop = lab.Ask(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 80), "PUT", "/v1/landing", "server");
        var client = lab.Ask(lab.Server, "PUT", "/v1/landing");
        using var admin = lab.OpenAdmin();
        Assert.Fail($"own {own} loop {loop} client {client} open {(await admin.StatusAsync(default)).OpenConnections}");
    }
}
