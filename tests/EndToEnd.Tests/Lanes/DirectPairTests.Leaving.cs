using System.Net;
using System.Security.Cryptography;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>A pair that does not keep up, or may not be one any more, goes on as an ordinary connection.</summary>
public sealed partial class DirectPairTests
{
    /// <summary>Socket buffers on both sides hold a few MB each.</summary>
    private const long InFlightMax = 48 * 1024 * 1024;

    [Theory]
    [InlineData("blocking")]
    [InlineData("edge")]
    [InlineData("short")]
    [InlineData("counted")]
    public async Task Reader_ThatStalls_HoldsTheSenderBackAndGetsAll(string way)
    {
        var large = RandomNumberGenerator.GetBytes(LargeSize);
        var behind = await scene.LeftAsync("behind");
        var port = DirectScene.NextPort();
        using var reader = StartReader(port, way, large.Length);
        await reader.WaitForTextAsync("listening", Wait.Patience);
        using var client = await Wire.ConnectAsync(scene.Scene, new IPEndPoint(scene.Scene.Lab["server"].IPv4, port));
        await scene.UntilJoinedAsync(client);

        var sent = 0L;
        var sending = SendCountedAsync(client, large, count => Interlocked.Add(ref sent, count));
        await Wait.UntilStillAsync(() => Interlocked.Read(ref sent), "the sender to be held back");

        Assert.InRange(Interlocked.Read(ref sent), 1_000_000, InFlightMax);
        Assert.False(sending.IsCompleted);
        await scene.UntilAsync(
            client, pair => pair is { State: "leaving", Reason: "behind", BytesIn: <= 2_000_000 }, "leaving");
        reader.WriteLine("go");
        await sending.WaitAsync(2 * Wait.Patience);
        Assert.Equal("done", await TextAsync(client, 4));
        await reader.WaitForTextAsync(PartyScene.Hash(large), Wait.Patience);
        Assert.True(await scene.LeftAsync("behind") > behind);
        await scene.UntilLeftAsync(client);
    }

    /// <summary>Only just too much: the last bytes are on the stack, and no packet comes after them that would wake
    /// anybody.</summary>
    [Theory]
    [InlineData("short")]
    [InlineData("counted")]
    public async Task Reader_WithFewBytesOnTheStack_IsToldOfThem(string way)
    {
        var bytes = RandomNumberGenerator.GetBytes(1_100_000);
        for (var i = 0; i < 3; i++)
        {
            var port = DirectScene.NextPort();
            using var reader = StartReader(port, way, bytes.Length);
            await reader.WaitForTextAsync("listening", Wait.Patience);
            using var client =
                await Wire.ConnectAsync(scene.Scene, new IPEndPoint(scene.Scene.Lab["server"].IPv4, port));
            await scene.UntilJoinedAsync(client);
            await SendCountedAsync(client, bytes, _ => { }, 60_000).WaitAsync(Wait.Patience);
            await scene.UntilAsync(client, pair => pair is { State: "leaving" }, "leaving");

            reader.WriteLine("go");

            Assert.Equal("done", await TextAsync(client, 4));
            await reader.WaitForTextAsync(PartyScene.Hash(bytes), Wait.Patience);
        }
    }

    [Fact]
    public async Task Agent_KilledWhileAPairLeaves_ItsSuccessorGoesOn()
    {
        await using var own = await OwnSceneAsync();
        var scene = own.Scene;
        var bytes = RandomNumberGenerator.GetBytes(1_100_000);
        using var reader = StartReader(scene, 8000, "counted", bytes.Length);
        await reader.WaitForTextAsync("listening", Wait.Patience);
        using var client = await Wire.ConnectAsync(scene, new IPEndPoint(scene.Lab["server"].IPv4, 8000));
        await own.UntilJoinedAsync(client);
        using var other = new WireServer(scene, EchoAsync, port: 8001);
        using var keepsUp = await Wire.ConnectAsync(scene, other.Address);
        await own.UntilJoinedAsync(keepsUp);
        await SendCountedAsync(client, bytes, _ => { }, 60_000).WaitAsync(Wait.Patience);
        await own.UntilAsync(client, pair => pair is { State: "leaving" }, "leaving");

        scene.Agent.Signal("KILL");
        await scene.Agent.WaitForExitAsync(Wait.Patience);
        await AskAsync(keepsUp, "while there is no agent");
        reader.WriteLine("go");
        await scene.StartAgentAsync();

        Assert.Equal("done", await TextAsync(client, 4));
        await reader.WaitForTextAsync(PartyScene.Hash(bytes), Wait.Patience);
        await own.UntilLeftAsync(client);
        await AskAsync(keepsUp, "and there is one again");
        Assert.Equal("joined", (await own.PairAsync(keepsUp))?.State);
    }

    [Fact]
    public async Task Policy_ThatForbidsTheFlowLater_StopsItsBytes()
    {
        await using var own = await OwnSceneAsync();
        var seen = 0L;
        using var server = new WireServer(
            own.Scene,
            async wire =>
            {
                var buffer = new byte[1000];
                for (int count; (count = await wire.Socket.ReceiveAsync(buffer.AsMemory())) > 0;)
                {
                    Interlocked.Add(ref seen, count);
                    await wire.SendAsync(buffer.AsMemory(0, count));
                }
            },
            port: 8000);
        using var client = await Wire.ConnectAsync(own.Scene, server.Address);
        await own.UntilJoinedAsync(client);
        await AskAsync(client, "allowed");

        await own.Scene.ApplyAsync(
            "p0.yaml", Policies.Server("ingress: [ { fromEndpoints: [ { matchLabels: { org: alliance } } ] } ]"));
        await client.SendAsync("forbidden");

        await Assert.ThrowsAnyAsync<Exception>(() => client.ReadAsync(1));
        Assert.Equal("allowed".Length, Interlocked.Read(ref seen));
        Assert.True(await own.LeftAsync("policy") > 0);
    }

    [Theory]
    [InlineData("mode")]
    [InlineData("label")]
    public async Task Switch_OffWhileJoined_ConnectionGoesOnOverTheStack(string by)
    {
        await using var own = await OwnSceneAsync();
        using var server = new WireServer(own.Scene, EchoAsync, port: 8000);
        using var client = await Wire.ConnectAsync(own.Scene, server.Address);
        await own.UntilJoinedAsync(client);
        await AskAsync(client, "by queue");

        if (by == "mode")
        {
            Assert.Equal(0, own.Scene.Ask("lanes", "set", "off").ExitCode);
        }
        else
        {
            await own.Scene.AcknowledgedAsync(() => own.Scene.WriteWorkloads(", jumpgate.dev/lanes: 'off'"));
        }

        await AskAsync(client, "over the stack");
        await own.UntilLeftAsync(client);
        await AskAsync(client, "still");
        Assert.True(await own.LeftAsync("switched") > 0);
        if (by == "label")
        {
            // Who is not asked for by name is not joined either.
            own.Scene.WriteWorkloads();
        }

        using var next = await Wire.ConnectAsync(own.Scene, server.Address);
        await AskAsync(next, "hello");
        Assert.Null(await own.PairAsync(next));
    }

    /// <summary>The cleanup takes everything away, but not the connection.</summary>
    [Fact]
    public async Task Cleanup_WhileJoined_ConnectionGoesOn()
    {
        await using var own = await OwnSceneAsync();
        using var server = new WireServer(own.Scene, EchoAsync, port: 8000);
        using var client = await Wire.ConnectAsync(own.Scene, server.Address);
        await own.UntilJoinedAsync(client);
        await AskAsync(client, "by queue");

        own.Scene.Agent.Signal("TERM");
        Assert.Equal(0, await own.Scene.Agent.WaitForExitAsync(Wait.Patience));
        await AskAsync(client, "without an agent");
        var (code, output) = own.Scene.Jumpgate(
            "cleanup", "--pin-dir", own.Scene.PinDirectory, "--state", own.Scene.StateDirectory);

        Assert.True(code == 0, output);
        await AskAsync(client, "without anything");
    }

    private static async Task<DirectScene> OwnSceneAsync()
    {
        var own = new DirectScene();
        try
        {
            await own.InitializeAsync();
            return own;
        }
        catch
        {
            await own.DisposeAsync();
            throw;
        }
    }

    private NetnsProcess StartReader(int port, string way, int bytes) => StartReader(scene.Scene, port, way, bytes);

    private static NetnsProcess StartReader(Scene scene, int port, string way, int bytes) =>
        scene.Lab.Start("server", "/usr/bin/python3", Party.Script("reader.py"), $"{port}", way, $"{bytes}");

    private static async Task<string> TextAsync(Wire wire, int length)
    {
        var text = new List<byte>();
        await wire.ReadAsync(length, part => text.AddRange(part));
        return System.Text.Encoding.Latin1.GetString([.. text]);
    }

    private static async Task SendCountedAsync(
        Wire wire, ReadOnlyMemory<byte> bytes, Action<int> sent, int piece = 65536)
    {
        while (bytes.Length > 0)
        {
            var count = await wire.Socket.SendAsync(bytes[..Math.Min(bytes.Length, piece)]);
            sent(count);
            bytes = bytes[count..];
        }
    }
}
