using System.Globalization;

namespace Jumpgate.Benchmarks;

/// <summary>What to measure, and for how long.</summary>
internal sealed record BenchOptions
{
    public const string Everything = "everything";
    public const string Http = "http";
    public const string Loopback = "loopback";
    public const string Latency = "latency";
    public const string Redirect = "redirect";
    public const string Sidecar = "sidecar";
    public const string Connect = "connect";
    public const string Nodes = "nodes";
    public const string Grpc = "grpc";
    public const string Connections = "connections";
    public const string Tables = "tables";
    public const string Xds = "xds";

    public const string Help = """
        Measures Jumpgate beside its peers, in network namespaces of its own.

          ./bench [--rounds N] [--seconds S] [--output DIR]
              all sections but tables and xds, about 17 minutes

          ./bench SECTION [--rounds N] [--seconds S] [--output DIR]
              http         keep-alive GET, POST, 64 KB, 1 to 10,000 rules, new connections
                           [--only WORK,...] [--peers PEER,...]
              loopback     keep-alive GET between processes of one node
              latency      p50, p90 and p99 at a rate that all peers keep
              redirect     the same haproxy behind iptables REDIRECT, TPROXY, and Jumpgate's tc programs
              sidecar      a sidecar on both sides behind iptables, against Jumpgate on the node
              connect      new connections through a sidecar that reads SO_ORIGINAL_DST: iptables against sidecar mode
              nodes        traffic from another node
              grpc         unary calls

          ./bench connections [--rounds N] [--connections N] [--output DIR]
              the agent's resident memory for each open idle connection, in user space and with lanes

          ./bench tables [--rounds N] [--sizes N,...] [--output DIR]
              what grows with identities and rules: publishing tables, attaching a workload, a packet's way through
              from_workload (BPF_PROG_TEST_RUN) in a new and in a known flow, a changed policy file until acknowledged

          ./bench xds [--rounds N] [--seconds S] [--nodes N] [--resources N] [--output DIR]
              the control plane: a change of one resource until the last of many nodes has accepted it, in both
              protocols; bytes, processor time and memory for each node

          --rounds       how often everything is measured (default 3; everything 2, tables 7); medians are reported
          --seconds      how long each measurement takes (default 2; everything: 1)
          --only         pieces of work: keep-alive-1, keep-alive-32, keep-alive-256, post-1k, response-64k,
                         rules-100, rules-10000, new-connection
          --peers        nginx, haproxy, jumpgate-off, jumpgate-short-circuit, jumpgate-lanes; straight always is one
          --sizes        identities, each with a rule (default 10,100,1000,10000,100000; at most 1,000,000); an agent
                         reads no more than 25,000 from one file
          --connections  idle connections (default 10000, at most 25000); each takes two open files of the agent, so
                         that a hard limit (ulimit -Hn) that cannot be raised may make them fewer
          --nodes        nodes, each with a stream of its own (default 1000, at most 10000)
          --resources    that each of them gets (default 1000, at most 10000)
          --output       where NAME.json and NAME.svg go, results.json and results.svg for everything (default
                         artifacts/bench)
        """;

    /// <summary>Those that compare peers, in the order in which everything is measured.</summary>
    public static readonly IReadOnlyList<string> Sections =
        [Http, Loopback, Latency, Redirect, Sidecar, Connect, Nodes, Grpc];

    private const int MostIdentities = 1_000_000;
    private const int MostConnections = 25_000;
    private const int MostNodes = 10_000;

    /// <summary>What is measured.</summary>
    public string Command { get; init; } = Everything;

    public int Rounds { get; init; } = 3;

    /// <summary>Identities in the tables.</summary>
    public IReadOnlyList<int> TableSizes { get; init; } = [10, 100, 1000, 10_000, 100_000];

    /// <summary>Open at once, and idle.</summary>
    public int IdleConnections { get; init; } = 10_000;

    /// <summary>Of the control plane.</summary>
    public int XdsNodes { get; init; } = 1000;

    /// <summary>That each node gets.</summary>
    public int XdsResources { get; init; } = 1000;

    /// <summary>A measurement takes so long.</summary>
    public int Seconds { get; init; } = 2;

    public IReadOnlySet<string>? Only { get; init; }

    /// <summary>Beside <see cref="Peers.Straight"/>, which all are compared with; null: all.</summary>
    public IReadOnlySet<string>? Peers { get; init; }

    public string Output { get; init; } = "artifacts/bench";

    public static bool TryParse(string[] args, out BenchOptions options, out string? error)
    {
        var isNamed = args.Length > 0 && (args[0] is Tables or Connections or Xds || Sections.Contains(args[0]));
        var command = isNamed ? args[0] : Everything;
        var comparesPeers = command is not (Tables or Connections);
        options = new BenchOptions
        {
            Command = command,
            Rounds = command switch { Everything => 2, Tables => 7, _ => 3 },
            Seconds = command == Everything ? 1 : 2,
        };
        error = null;
        for (var i = isNamed ? 1 : 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
            {
                error = $"{args[i]} needs a value";
                return false;
            }

            var value = args[i + 1];
            var number = Number(value);
            switch (args[i])
            {
                case "--rounds" when number > 0:
                    options = options with { Rounds = number };
                    break;
                case "--seconds" when comparesPeers && number > 0:
                    options = options with { Seconds = number };
                    break;
                case "--only" when command == Http:
                    options = options with { Only = value.Split(',').ToHashSet() };
                    break;
                case "--peers" when command == Http:
                    options = options with { Peers = value.Split(',').ToHashSet() };
                    break;
                case "--sizes" when command == Tables && Sizes(value) is { } sizes:
                    options = options with { TableSizes = sizes };
                    break;
                case "--connections" when command == Connections && number is > 0 and <= MostConnections:
                    options = options with { IdleConnections = number };
                    break;
                case "--nodes" when command == Xds && number is > 1 and <= MostNodes:
                    options = options with { XdsNodes = number };
                    break;
                case "--resources" when command == Xds && number is > 0 and <= MostNodes:
                    options = options with { XdsResources = number };
                    break;
                case "--output":
                    options = options with { Output = value };
                    break;
                default:
                    error = $"{args[i]} {value} is not understood by {command}";
                    return false;
            }
        }

        if (options.Only?.Except(Work.All.Select(work => work.Name)).FirstOrDefault() is { } unknown)
        {
            error = $"there is no work {unknown}";
            return false;
        }

        if (options.Peers?.Except(Benchmarks.Peers.All).FirstOrDefault() is { } stranger)
        {
            error = $"there is no peer {stranger}";
            return false;
        }

        return true;
    }

    private static int[]? Sizes(string list)
    {
        var sizes = list.Split(',').Select(Number).Distinct().Order().ToArray();
        return sizes[0] > 0 && sizes[^1] <= MostIdentities ? sizes : null;
    }

    /// <summary>A number above 0, or 0.</summary>
    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
