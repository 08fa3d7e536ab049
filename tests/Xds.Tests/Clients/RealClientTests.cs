using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Clients;

/// <summary>gRPC applications whose channels are configured by this server.</summary>
public sealed class RealClientTests
{
    public static TheoryData<string> Clients => ["python", "node"];

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Resolve_XdsTarget_CallsTheService(string language)
    {
        await using var backend = await EchoServer.StartAsync();
        await using var xds = await XdsLab.StartAsync();
        xds.Cache.Publish("all", Deathstar.Service(backend.Port));

        await using var client = Start(language, xds);

        Assert.Equal($"OK {backend.Port}", await client.AskAsync("hello"));
    }

    private static ClientProcess Start(string language, XdsServer xds) => language == "python"
        ? ClientProcess.Python("xds_client.py", XdsBootstrap.For(xds.Address), "xds:///deathstar", EchoServer.Method)
        : ClientProcess.Node("xds_client.js", XdsBootstrap.For(xds.Address), "xds:///deathstar", EchoServer.Method);
}
