using System.Globalization;

namespace Jumpgate.Benchmarks;

/// <summary>What to measure, and for how long.</summary>
internal sealed record BenchOptions
{
    public const string Help = """
        Measures Jumpgate beside its peers, in one run, in network namespaces of its own.

          ./bench [--rounds N] [--seconds S] [--only WORK,...] [--output DIR]

          --rounds   how often every peer is measured at every piece of work (default 5); medians are reported
          --seconds  how long each measurement takes (default 3)
          --only     pieces of work: keep-alive-1, keep-alive-32, keep-alive-256, post-1k, response-64k,
                     rules-100, rules-10000, new-connection
          --output   where results.json and chart.svg go (default artifacts/bench)

        docs/benchmarks.md says how to read the results.
        """;

    public int Rounds { get; init; } = 5;

    public int Seconds { get; init; } = 3;

    public IReadOnlySet<string>? Only { get; init; }

    public string Output { get; init; } = "artifacts/bench";

    public static bool TryParse(string[] args, out BenchOptions options, out string? error)
    {
        options = new BenchOptions();
        error = null;
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
            {
                error = $"{args[i]} needs a value";
                return false;
            }

            var value = args[i + 1];
            var number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : 0;
            switch (args[i])
            {
                case "--rounds" when number > 0:
                    options = options with { Rounds = number };
                    break;
                case "--seconds" when number > 0:
                    options = options with { Seconds = number };
                    break;
                case "--only":
                    options = options with { Only = value.Split(',').ToHashSet() };
                    break;
                case "--output":
                    options = options with { Output = value };
                    break;
                default:
                    error = $"{args[i]} {value} is not understood";
                    return false;
            }
        }

        if (options.Only?.Except(Work.All.Select(work => work.Name)).FirstOrDefault() is { } unknown)
        {
            error = $"there is no work {unknown}";
            return false;
        }

        return true;
    }
}
