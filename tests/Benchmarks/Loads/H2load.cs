using System.Globalization;

namespace Jumpgate.Benchmarks.Loads;

/// <summary>h2load: a fixed rate, and HTTP/2.</summary>
internal static class H2load
{
    /// <summary>Calls under way at once on each connection.</summary>
    public const int Streams = 8;

    /// <summary>Of gRPC: not compressed, no bytes.</summary>
    public static readonly byte[] EmptyMessage = [0, 0, 0, 0, 0];

    /// <param name="directory">For the request's body.</param>
    /// <param name="log">What <see cref="H2loadLog"/> reads.</param>
    public static string[] Arguments(Work work, string directory, int seconds, string log, string url)
    {
        string[] common =
        [
            "-t1", $"-c{work.Connections}", $"-D{seconds}", $"--log-file={log}", "-H", "X-Fleet: imperial",
        ];
        if (work.Load == Load.Grpc)
        {
            var body = Path.Combine(directory, "grpc-request");
            File.WriteAllBytes(body, EmptyMessage);
            string[] grpc = ["-d", body, "-H", "content-type: application/grpc", "-H", "te: trailers"];
            return [.. common, .. grpc, $"-m{Streams}", url];
        }

        // It asks for a rate of each connection, as a whole number or not.
        var rate = (work.Rate / work.Connections).ToString("0.###", CultureInfo.InvariantCulture);
        return work.Rate > 0 ? [.. common, "--h1", $"--rps={rate}", url] : [.. common, "--h1", url];
    }
}
