using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Jumpgate.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>
/// The one invariant, hunted through real sockets: each request is sent twice, whole in an open lane, where the kernel
/// may decide it, and on another connection in two pieces, which is always the proxy's. Both must get the same answer,
/// and the server the same request. JUMPGATE_FUZZ_POLICIES runs it longer, JUMPGATE_FUZZ_SEED again.
/// </summary>
[Collection("kernel")]
public sealed class DifferentialTests(
    PolicyPartyScene scene, ITestOutputHelper output) : IClassFixture<PolicyPartyScene>
{
    private const int RequestsPerPolicy = 250;
    private const string Seen = "X-Seen: ";

    private static readonly int s_policies = Number("JUMPGATE_FUZZ_POLICIES") ?? 5;

    [Fact]
    public async Task Requests_InLanesAndByTheProxy_HaveTheSameAnswers()
    {
        var seed = Number("JUMPGATE_FUZZ_SEED") ?? Environment.TickCount;
        var traffic = new RandomTraffic(new Random(seed));
        using var server = new WireServer(scene.Scene, AnswerAsync);
        ulong warming = 0;
        using var lane = new Repeater(async () =>
        {
            var (before, wire) = (await scene.DecidedAsync(), await WarmAsync(server));
            warming += await scene.DecidedAsync() - before;
            return wire;
        });
        using var proxied = new Repeater(() => Wire.ConnectAsync(scene.Scene, server.Address));
        ulong decided = 0;
        var forwarded = 0;
        try
        {
            for (var policy = 0; policy < s_policies; policy++)
            {
                var rules = traffic.Rules();
                await scene.Scene.ApplyAsync("p0.yaml", Policies.Server(PartyScene.Policy.Replace(
                    """{ path: "/v1/.*" }""", rules, StringComparison.Ordinal)));
                lane.Close();
                await scene.UntilDecidedAsync(
                    async () => Assert.Equal(200, (await lane.AskAsync(Get, isHead: false, pieces: 1)).Status));
                var before = await scene.DecidedAsync() - warming;
                for (var i = 0; i < RequestsPerPolicy; i++)
                {
                    var (request, isHead) = traffic.Request();
                    var byProxy = await proxied.AskAsync(request, isHead, pieces: 2);
                    var inLane = await lane.AskAsync(request, isHead, pieces: 1);

                    Assert.True(byProxy == inLane,
                        $"seed {seed}: {inLane} in the lane, {byProxy} by the proxy: {request}\n{rules}");
                    forwarded += inLane.Status == 200 ? 1 : 0;
                }

                decided += await scene.DecidedAsync() - warming - before;
            }
        }
        finally
        {
            await scene.Scene.ApplyAsync("p0.yaml", Policies.Server($"{PartyScene.Policy}\n"));
        }

        output.WriteLine(
            $"seed {seed}: {s_policies * RequestsPerPolicy} requests, {forwarded} forwarded, {decided} by the kernel");
        Assert.True(decided > (ulong)forwarded / 5, $"seed {seed}: {decided} of {forwarded}: the hunt proves nothing");
    }

    private static string Get => Wire.Request(RandomTraffic.Warm);

    private static int? Number(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number)
            ? number : null;

    /// <summary>A lane opens behind the first answers; the kernel decides what comes then.</summary>
    private async Task<Wire> WarmAsync(WireServer server)
    {
        var wire = await Wire.ConnectAsync(scene.Scene, server.Address);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await wire.AskAsync(Get)).Status);
            await Task.Delay(1);
        }

        return wire;
    }

    /// <summary>Tells what it was asked for: all that rules ask about, and the body.</summary>
    private static async Task AnswerAsync(Wire wire)
    {
        while (await wire.ReadHeadAsync() is { } head)
        {
            var lines = head.Split("\r\n");
            var asked = lines.Skip(1).Where(l => l.StartsWith("X-", StringComparison.OrdinalIgnoreCase)
                    || l.StartsWith("Host:", StringComparison.OrdinalIgnoreCase))
                .Select(l => string.Concat(l.ToUpperInvariant().Where(c => c != ' '))).Order(StringComparer.Ordinal);
            var body = Wire.ContentLength(head);
            if (head.Contains("chunked", StringComparison.OrdinalIgnoreCase))
            {
                body = await ReadChunksAsync(wire);
            }
            else
            {
                await wire.ReadAsync(body);
            }

            await wire.SendAsync(
                $"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{Seen}{lines[0]} {string.Join(' ', asked)} {body}\r\n\r\n");
        }
    }

    private static async Task<long> ReadChunksAsync(Wire wire)
    {
        long whole = 0;
        while (true)
        {
            var line = new StringBuilder();
            while (line.Length < 2 || line[^1] != '\n')
            {
                await wire.ReadAsync(1, part => line.Append((char)part[0]));
            }

            var size = long.Parse(
                line.ToString().AsSpan().TrimEnd(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            await wire.ReadAsync(size + 2);
            whole += size;
            if (size == 0)
            {
                return whole;
            }
        }
    }

    private readonly record struct Answer(int Status, string What);

    /// <summary>A connection that is made anew where an answer ends it.</summary>
    private sealed class Repeater(Func<Task<Wire>> connect) : IDisposable
    {
        private Wire? _wire;

        /// <summary>Status 0: none came.</summary>
        public async Task<Answer> AskAsync(string request, bool isHead, int pieces)
        {
            _wire ??= await connect();
            try
            {
                if (pieces > 1)
                {
                    await _wire.SendAsync(request[..1]);
                    request = request[1..];
                }

                await _wire.SendAsync(request);
                var head = await _wire.ReadHeadAsync();
                if (head is null)
                {
                    Close();
                    return default;
                }

                await _wire.ReadAsync(isHead ? 0 : Wire.ContentLength(head));
                var status = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
                if (head.Contains("Connection: close", StringComparison.OrdinalIgnoreCase))
                {
                    Close();
                }

                return new Answer(
                    status, head.Split("\r\n").FirstOrDefault(l => l.StartsWith(Seen, StringComparison.Ordinal)) ?? "");
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                Close();
                return default;
            }
        }

        public void Close()
        {
            _wire?.Dispose();
            _wire = null;
        }

        public void Dispose() => Close();
    }
}
