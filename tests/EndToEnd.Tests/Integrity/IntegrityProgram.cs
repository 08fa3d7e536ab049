using System.Globalization;
using System.Net;

namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>
/// The test's client and server as processes that can be killed: <c>client SEED FIRST WORKERS ADDRESS:PORT...</c> and
/// <c>server SEED new|successor PORT...</c>. They report what they have counted, line by line, until their input ends.
/// </summary>
internal static class IntegrityProgram
{
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [("client" or "server") and var role, var seed, var how, ..])
        {
            await Console.Error.WriteLineAsync(
                "this runs the parties of the integrity test; the tests are run by 'dotnet test'");
            return 2;
        }

        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            await Console.In.ReadToEndAsync();
            await stop.CancelAsync();
        });
        var number = ulong.Parse(seed, CultureInfo.InvariantCulture);
        if (role == "server")
        {
            using var server = new IntegrityServer(number, create => create(), [.. arguments[3..].Select(Number)])
            {
                IsSuccessor = how == "successor",
            };
            await ReportAsync(server.Tally, Task.Delay(Timeout.Infinite, stop.Token));
            return 0;
        }

        var client = new IntegrityClient(number, create => create(), [.. arguments[4..].Select(IPEndPoint.Parse)])
        {
            FirstConnection = Number(how),
        };
        await ReportAsync(client.Tally, client.RunAsync(Number(arguments[3]), long.MaxValue / 2, stop.Token));
        return 0;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static async Task ReportAsync(Tally tally, Task work)
    {
        Console.WriteLine("ready");
        var told = 0;
        for (var isLast = false; !isLast;)
        {
            isLast = await Task.WhenAny(work, Task.Delay(100)) == work;
            foreach (var wrong in tally.Wrongs.Skip(told))
            {
                told++;
                Console.WriteLine($"WRONG {wrong.ReplaceLineEndings(" ")}");
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"tally {tally.Pairs} {tally.Bytes} {tally.Broken} {(isLast ? "end" : "")}"));
        }

        await work.ContinueWith(_ => { }, TaskScheduler.Default);
        Console.WriteLine("end");
    }
}
