using System.Net.Sockets;
using Jumpgate.Agent.Flows;
using Jumpgate.Agent.Listening.Sidecars;
using Jumpgate.Testing;

namespace Jumpgate.Agent.Tests.Listening;

/// <summary>Connections that sidecars pass on, from their header to their end.</summary>
public sealed class SidecarKafkaServerTests
{
    private const string Rules = "kafka: [ { role: consume, topic: open } ]";
    private const string Client = "127.0.0.1";
    private const string Broker = "127.0.0.2";
    private const string Other = "127.0.0.3";
    private const string Stranger = "127.0.0.4";
    private static readonly byte[] s_header = ProxyHeaderBytes.Of("127.0.0.1:4000", "10.0.0.2:9092");

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(1000)]
    public async Task Egress_HoweverItIsCut_IsJudgedAsItsWorkload(int size)
    {
        await using var harness = new SidecarKafkaHarness(Rules);
        using var client = await harness.ConnectAsync(Client);

        byte[] bytes =
            [.. s_header, .. SidecarKafkaHarness.ListOffsets("open"), .. SidecarKafkaHarness.ListOffsets("sealed")];
        foreach (var piece in bytes.Chunk(size))
        {
            await client.SendAsync(piece);
        }

        Assert.Equal([0, 0, 0, 0], await SidecarKafkaHarness.ReplyAsync(client));
        AssertDenied(await SidecarKafkaHarness.ReplyAsync(client));
        await harness.CountedAsync("served");
        var flow = Assert.Single(harness.Connected);
        Assert.Equal(
            ("127.0.0.1:4000", "10.0.0.2:9092"), (flow.Source.ToString(), flow.OriginalDestination.ToString()));
        var identity = harness.Store.Current.Lookup(flow.Source.Address).Identity;
        Assert.Equal(1, harness.Connections.Count);
        await harness.RecordedAsync(2);
        Assert.All(harness.Records, r => Assert.Equal(identity, r.SourceIdentity));
    }

    [Fact]
    public async Task Ingress_IsJudgedAsItsClient_AndConnectedFromTheListenersAddress()
    {
        await using var harness = new SidecarKafkaHarness(Rules);
        using var client = await harness.ConnectAsync(Broker);

        await client.SendAsync((byte[])
        [
            .. ProxyHeaderBytes.Of("10.0.0.1:4000", "10.0.0.2:9092"), .. SidecarKafkaHarness.ListOffsets("sealed"),
        ]);

        AssertDenied(await SidecarKafkaHarness.ReplyAsync(client));
        Assert.Equal("127.0.0.1:0", Assert.Single(harness.Connected).Source.ToString());
        await harness.RecordedAsync(1);
        Assert.Equal(
            harness.Store.Current.Lookup(System.Net.IPAddress.Parse("10.0.0.1")).Identity,
            Assert.Single(harness.Records).SourceIdentity);
    }

    public static TheoryData<string, string, byte[]> Refused => new()
    {
        { "UnknownSender", Stranger, s_header },
        { "UnknownSender", Stranger, [] },
        { "NotItsOwn", Other, ProxyHeaderBytes.Of("10.0.0.1:4000", "10.0.0.2:9092") },
        { "ToNode", Client, ProxyHeaderBytes.Of("127.0.0.1:4000", "192.0.2.1:15092") },
        { "NoSignature", Client, "PROXY TCP4 10.0.0.1 10.0.0.2 4000 9092\r\n"u8.ToArray() },
        { "NoSignature", Client, SidecarKafkaHarness.ListOffsets("open") },
        { "Local", Client, [.. s_header[..12], 0x20, 0, 0, 0] },
        { "Transport", Client, [.. s_header[..13], 0x12] },
        { "TooLong", Client, [.. s_header[..14], 0xff, 0xff] },
        { "Policy", Other, s_header },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Refused_IsResetCountedAndReachesNobody(string reason, string from, byte[] bytes)
    {
        await using var harness = new SidecarKafkaHarness(Rules);
        using var client = await harness.ConnectAsync(from);
        if (bytes.Length > 0)
        {
            try
            {
                await client.SendAsync(bytes);
            }
            catch (SocketException)
            {
                // Strangers are not even listened to.
            }
        }

        await SidecarKafkaHarness.EndedAsync(client);
        await harness.CountedAsync(reason);
        Assert.Empty(harness.Connected);
        await Wait.UntilAsync(
            () => harness.Connections.Count == 0, Wait.Patience, "the connection to be gone");
        Assert.Equal(reason == "Policy", harness.Log.Recent(10).Count == 1);
    }

    [Fact]
    public async Task Refused_ByPolicy_IsAFlowWithNamesAndRule()
    {
        await using var harness = new SidecarKafkaHarness(Rules);
        using var client = await harness.ConnectAsync(Other);
        await client.SendAsync(s_header);
        await harness.CountedAsync("Policy");

        var flow = Assert.Single(harness.Log.Recent(10));
        Assert.Equal(
            ("DROPPED", "POLICY_DENIED", "INGRESS"), (flow.Verdict, flow.DropReasonDesc, flow.TrafficDirection));
        Assert.Equal(("other", "broker"), (flow.Source.Workload, flow.Destination.Workload));
        Assert.Equal(new FlowPorts(4000, 9092), flow.L4!.Tcp);
        Assert.NotEmpty(flow.PolicyNames);
    }

    [Fact]
    public async Task HttpRules_ForThePort_RefuseKafka()
    {
        await using var harness = new SidecarKafkaHarness("http: [ { method: GET } ]");
        using var client = await harness.ConnectAsync(Client);
        await client.SendAsync(s_header);

        await SidecarKafkaHarness.EndedAsync(client);
        await harness.CountedAsync("Policy");
    }

    [Fact]
    public async Task Header_ThatDoesNotCome_IsNotWaitedForWithoutEnd()
    {
        await using var harness = new SidecarKafkaHarness(Rules, TimeSpan.FromMilliseconds(50));
        using var silent = await harness.ConnectAsync(Client);
        await SidecarKafkaHarness.EndedAsync(silent);
        await harness.CountedAsync("HeaderTimeout");
    }

    [Fact]
    public async Task Header_ThatEndsEarly_IsCounted()
    {
        await using var harness = new SidecarKafkaHarness(Rules);
        using var client = await harness.ConnectAsync(Client);
        await client.SendAsync(s_header.AsMemory(0, 20));
        client.Shutdown(SocketShutdown.Send);

        await SidecarKafkaHarness.EndedAsync(client);
        await harness.CountedAsync("HeaderCut");
    }

    [Fact]
    public async Task PolicyChange_HoldsFromTheNextRequest_AndEndsWhatIsNoLongerAllowed()
    {
        await using var harness = new SidecarKafkaHarness(Rules);
        using var client = await harness.ConnectAsync(Client);
        await client.SendAsync((byte[])[.. s_header, .. SidecarKafkaHarness.ListOffsets("open")]);
        Assert.Equal([0, 0, 0, 0], await SidecarKafkaHarness.ReplyAsync(client));

        Swap("kafka: [ { role: consume, topic: sealed } ]");
        await client.SendAsync(SidecarKafkaHarness.ListOffsets("open"));
        AssertDenied(await SidecarKafkaHarness.ReplyAsync(client));

        // No policy at all: everything passes, still as Kafka.
        Swap(null);
        await client.SendAsync(SidecarKafkaHarness.ListOffsets("open"));
        Assert.Equal([0, 0, 0, 0], await SidecarKafkaHarness.ReplyAsync(client));

        Swap("http: [ { method: GET } ]");
        await SidecarKafkaHarness.EndedAsync(client);

        void Swap(string? rules)
        {
            harness.Store.Swap(harness.World.Snapshot(rules));
            harness.Connections.Recheck();
        }
    }

    [Theory]
    [InlineData("127.0.0.1:15092")]
    [InlineData("[::1]:15092")]
    [InlineData("0.0.0.0:15092")]
    [InlineData("[::]:15092")]
    [InlineData("[fe80::1]:15092")]
    [InlineData("[::ffff:192.0.2.1]:15092")]
    [InlineData("192.0.2.1")]
    [InlineData("[2001:db8::1]")]
    [InlineData("2001:db8::1")]
    [InlineData("node:15092")]
    [InlineData("")]
    public void Parse_WhatSidecarsCouldNotReach_IsRefusedByName(string text) => Assert.Contains(
        "--kafka-proxy-listen", Assert.Throws<AgentException>(() => SidecarKafkaServer.Parse(text)).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("192.0.2.1:15092")]
    [InlineData("[2001:db8::1]:15092")]
    public void Parse_AnAddressOfTheNode_IsTaken(string text) =>
        Assert.Equal(text, SidecarKafkaServer.Parse(text).ToString());

    /// <summary>One topic, one partition, TOPIC_AUTHORIZATION_FAILED.</summary>
    private static void AssertDenied(byte[] reply)
    {
        Assert.Equal([0, 0, 0, 1, 0], reply[..5]);
        Assert.Equal([0, 29], reply[^18..^16]);
    }
}
