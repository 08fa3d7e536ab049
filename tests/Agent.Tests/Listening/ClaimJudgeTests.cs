using System.Net;
using Jumpgate.Agent.Listening.ProxyProtocol;
using Jumpgate.Agent.Listening.Sidecars;
using Jumpgate.Policy;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.Agent.Tests.Listening;

/// <summary>Who may say what of whom.</summary>
public sealed class ClaimJudgeTests
{
    private const string Listener = "192.0.2.1:15092";
    private readonly PolicySnapshot _snapshot = new SidecarWorld().Snapshot(null);

    /// <summary>
    /// Peer, header's source and destination; then what is believed: source, and from where it is connected.
    /// </summary>
    [Theory]
    // Egress: the application reaches its sidecar by the loopback, or the sidecar keeps the application's own address.
    [InlineData("10.0.0.1", "127.0.0.1:4000", "10.0.0.2:9092", "10.0.0.1:4000", null)]
    [InlineData("10.0.0.1", "127.8.8.8:4000", "10.0.0.2:9092", "10.0.0.1:4000", null)]
    [InlineData("10.0.0.1", "10.0.0.1:4000", "10.0.0.2:9092", "10.0.0.1:4000", null)]
    [InlineData("10.0.0.1", "[::1]:4000", "[fd00::2]:9092", "[fd00::1]:4000", null)]
    [InlineData("fd00::1", "127.0.0.1:4000", "198.51.100.1:9092", "10.0.0.1:4000", null)]
    [InlineData("10.0.0.1", "127.0.0.1:4000", "[fd00::2]:9092", "[fd00::1]:4000", null)]
    [InlineData("10.0.0.1", "[fd00::1]:4000", "[fd00::2]:9092", "[fd00::1]:4000", null)]
    // Ingress: any client, of this node or not.
    [InlineData("10.0.0.2", "10.0.0.1:4000", "10.0.0.2:9092", "10.0.0.1:4000", "192.0.2.1")]
    [InlineData("10.0.0.2", "198.51.100.1:4000", "10.0.0.2:9092", "198.51.100.1:4000", "192.0.2.1")]
    [InlineData("10.0.0.2", "[fd00::1]:4000", "[fd00::2]:9092", "[fd00::1]:4000", "2001:db8::1")]
    // To itself: by its own address the packets would be martians.
    [InlineData("10.0.0.2", "127.0.0.1:4000", "10.0.0.2:9092", "10.0.0.2:4000", "192.0.2.1")]
    public void Claim_OfTheSendersOwn_IsBelieved(
        string peer, string source, string destination, string believed, string? from)
    {
        var claim = Judge(peer, source, destination, out var refusal);

        Assert.Equal(SidecarRefusal.None, refusal);
        var flow = claim!.Flow;
        Assert.Equal((believed, destination), (flow.Source.ToString(), flow.OriginalDestination.ToString()));
        Assert.Equal(from, claim.ConnectFrom?.ToString());
        foreach (var (address, identity, group) in new[]
        {
            (flow.Source.Address, flow.SourceIdentity, flow.SourceGroup),
            (flow.OriginalDestination.Address, flow.DestinationIdentity, flow.DestinationGroup),
        })
        {
            var record = _snapshot.Lookup(address);
            Assert.Equal((record.Identity, record.Group), (identity, group));
        }
    }

    [Theory]
    // Nobody of ours: a stranger, the node itself, a sidecar in the node's own namespace.
    [InlineData("198.51.100.7", "10.0.0.1:4000", "10.0.0.2:9092", "UnknownSender")]
    [InlineData("192.0.2.1", "10.0.0.1:4000", "10.0.0.2:9092", "UnknownSender")]
    // Somebody else's: another workload, the world, the node.
    [InlineData("10.0.0.3", "10.0.0.1:4000", "10.0.0.2:9092", "NotItsOwn")]
    [InlineData("10.0.0.1", "10.0.0.3:4000", "10.0.0.2:9092", "NotItsOwn")]
    [InlineData("10.0.0.1", "198.51.100.1:4000", "10.0.0.2:9092", "NotItsOwn")]
    [InlineData("10.0.0.1", "192.0.2.1:4000", "10.0.0.2:9092", "NotItsOwn")]
    // Loops: the listener, the node by any of its addresses, the agent's own connection that a sidecar has caught.
    [InlineData("10.0.0.1", "127.0.0.1:4000", "192.0.2.1:15092", "ToNode")]
    [InlineData("10.0.0.1", "127.0.0.1:4000", "192.0.2.1:9092", "ToNode")]
    [InlineData("10.0.0.1", "[::1]:4000", "[2001:db8::1]:15092", "ToNode")]
    [InlineData("10.0.0.1", "[::1]:4000", "[fe80::1]:9092", "ToNode")]
    [InlineData("10.0.0.2", "192.0.2.1:4000", "10.0.0.2:9092", "CameBack")]
    // No connection has these.
    [InlineData("10.0.0.1", "127.0.0.1:4000", "127.0.0.1:9092", "Address")]
    [InlineData("10.0.0.1", "127.0.0.1:4000", "[::1]:9092", "Address")]
    [InlineData("10.0.0.1", "127.0.0.1:4000", "0.0.0.0:9092", "Address")]
    [InlineData("10.0.0.1", "127.0.0.1:4000", "224.0.0.1:9092", "Address")]
    [InlineData("10.0.0.1", "127.0.0.1:4000", "255.255.255.255:9092", "Address")]
    [InlineData("10.0.0.1", "127.0.0.1:4000", "[ff02::1]:9092", "Address")]
    [InlineData("10.0.0.1", "127.0.0.1:4000", "10.0.0.2:0", "Address")]
    [InlineData("10.0.0.2", "0.0.0.0:4000", "10.0.0.2:9092", "Address")]
    [InlineData("10.0.0.2", "10.0.0.1:0", "10.0.0.2:9092", "Address")]
    // Families.
    [InlineData("10.0.0.3", "[::1]:4000", "[fd00::2]:9092", "Family")]
    [InlineData("10.0.0.2", "10.0.0.1:4000", "[fd00::2]:9092", "Family")]
    public void Claim_OfAnythingElse_IsRefused(string peer, string source, string destination, string reason)
    {
        Assert.Null(Judge(peer, source, destination, out var refusal));
        Assert.Equal(reason, refusal.ToString());
        Assert.NotEqual(reason, RefusalText.Of(refusal, SidecarWorld.Node, null));
    }

    [Theory]
    [InlineData("", 15006, "NotExcluded")]
    [InlineData("192.0.2.2/32", 15006, "NotExcluded")]
    [InlineData("192.0.2.1/32", 15006, "None")]
    [InlineData("192.0.2.0/24", 15006, "None")]
    [InlineData("", 0, "None")]
    public void Broker_BehindASidecar_MustLetTheNodePass(string excluded, ushort inboundPort, string reason)
    {
        var sidecar = new SidecarDefinition
        {
            Location = new SourceLocation("workloads.yaml", 1),
            Cgroup = "/sys/fs/cgroup/broker",
            InboundPort = inboundPort,
            ExcludeInboundCidrs = excluded.Length == 0 ? [] : [IPNetwork.Parse(excluded)],
        };
        Judge("10.0.0.2", "10.0.0.1:4000", "10.0.0.2:9092", out var refusal, name => name == "broker" ? sidecar : null);
        Assert.Equal(reason, refusal.ToString());

        Judge(
            "10.0.0.2", "10.0.0.1:4000", "10.0.0.2:9092", out refusal,
            _ => sidecar with { ExcludeInboundPorts = [9092] });
        Assert.Equal(SidecarRefusal.None, refusal);
    }

    [Fact]
    public void Broker_OfAFamilyWithoutARoute_IsRefused()
    {
        var judge = new ClaimJudge(_ => null, _ => null);
        var header = new ProxyHeader(IPEndPoint.Parse("[fd00::1]:1"), IPEndPoint.Parse("[fd00::2]:9092"));

        Assert.Null(judge.Judge(
            _snapshot, IPEndPoint.Parse("10.0.0.2:5000"), IPEndPoint.Parse(Listener), header, out var refusal));
        Assert.Equal(SidecarRefusal.Family, refusal);
    }

    [Fact]
    public void NodeAddress_IsTheOneThatRoutesChoose()
    {
        Assert.Equal(IPAddress.Loopback, NodeConnector.AddressTo(IPAddress.Parse("127.8.8.8")));
        Assert.Null(NodeConnector.AddressTo(IPAddress.Parse("255.255.255.255")));
    }

    private SidecarClaim? Judge(
        string peer, string source, string destination, out SidecarRefusal refusal,
        Func<string, SidecarDefinition?>? sidecarOf = null) =>
        new ClaimJudge(sidecarOf ?? (_ => null), _ => IPAddress.Parse("2001:db8::1")).Judge(
            _snapshot, new IPEndPoint(IPAddress.Parse(peer), 5000), IPEndPoint.Parse(Listener),
            new ProxyHeader(IPEndPoint.Parse(source), IPEndPoint.Parse(destination)), out refusal);
}
