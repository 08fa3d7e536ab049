using System.Globalization;
using System.Net;

namespace Jumpgate.Benchmarks.Loads;

/// <summary>Opens connections that the other side closes, one after the other in each of some processes.</summary>
internal static class Connects
{
    /// <summary>
    /// Prints the number of connections, and the median, 90th and 99th percentile of their times in microseconds.
    /// </summary>
    public const string Script = """
        import os, socket, sys, time
        address, port, processes, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
        def work():
            times, end = [], time.monotonic() + seconds
            while (begin := time.monotonic()) < end:
                try:
                    with socket.create_connection((address, port), 5) as connection:
                        connection.recv(1)
                except ConnectionResetError:
                    pass  # Closed so soon; who is refused stops here.
                times.append(int((time.monotonic() - begin) * 1e6))
            return times
        pipes = []
        for _ in range(processes):
            reader, writer = os.pipe()
            if os.fork() == 0:
                os.close(reader)
                with os.fdopen(writer, "w") as results:
                    results.write(" ".join(map(str, work())))
                os._exit(0)
            os.close(writer)
            pipes.append(os.fdopen(reader))
        times = sorted(int(t) for pipe in pipes for t in pipe.read().split())
        print("connections", len(times), *(times[len(times) * q // 100] for q in (50, 90, 99)))
        """;

    public static string[] Command(string script, IPEndPoint target, Work work, int seconds) =>
        ["python3", script, $"{target.Address}", $"{target.Port}", $"{work.Connections}", $"{seconds}"];

    /// <exception cref="InvalidOperationException">It did not print what it should.</exception>
    public static Measurement Parse(string text, int seconds, double cpuSeconds)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words is not ["connections", .., _] || words.Length != 5)
        {
            throw new InvalidOperationException("connections were refused");
        }

        var numbers = words[1..].Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return new Measurement(numbers[0] / seconds, numbers[1], numbers[2], numbers[3], cpuSeconds * 1e6 / numbers[0]);
    }
}
