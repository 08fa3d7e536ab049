using Jumpgate.Benchmarks.Loads;

namespace Jumpgate.Benchmarks.Tests;

public sealed class LoadTests
{
    private const string WrkOutput = """
        Running 2s test @ http://10.21.1.2:80/v1/landing
          1 threads and 32 connections
          Latency Distribution
             50%  161.00us
             75%  190.00us
             90%    1.20ms
             99%    1.05s
          20000 requests in 2.00s, 4.00MB read
        Requests/sec:  10000.50
        Transfer/sec:      2.00MB
        """;

    [Fact]
    public void Wrk_WithAllUnits_GivesMicroseconds() => Assert.Equal(
        new Measurement(10000.5, 161, 1200, 1_050_000, 50), Wrk.Parse(WrkOutput, cpuSeconds: 1));

    [Fact]
    public void Wrk_WithOtherAnswers_SaysHowMany()
    {
        var output = WrkOutput + "\n  Non-2xx or 3xx responses: 17\n";
        var message = Assert.Throws<InvalidOperationException>(() => Wrk.Parse(output, 1)).Message;
        Assert.Contains("17", message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Wrk.Parse("unable to connect", 1));
    }

    [Fact]
    public void H2load_OfALog_GivesRateAndQuantiles()
    {
        // A hundred requests, 10 ms apart, of 1 to 100 us, not in order.
        var lines = Enumerable.Range(0, 100).Select(n => $"{1_000_000 + (n * 10_000L)}\t200\t{((n * 37) % 100) + 1}");
        var measurement = H2loadLog.Parse(lines).ToMeasurement(cpuSeconds: 0.5);
        Assert.Equal((50, 90, 99), (measurement.P50, measurement.P90, measurement.P99));
        Assert.Equal(100 / 0.99, measurement.RequestsPerSecond, 1.0);
        Assert.Equal(5000, measurement.CpuMicroseconds);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.24, false)]
    [InlineData(0.25, true)]
    public void H2load_WithFailures_TakesNoMoreThanTolerated(double tolerated, bool taken)
    {
        var log = H2loadLog.Parse(["1000\t200\t10", "2000\t502\t9000", "3000\t200\t20", "4000\t200\t30"]);
        if (taken)
        {
            Assert.Equal(20, log.ToMeasurement(1, tolerated).P50);
        }
        else
        {
            var message = Assert.Throws<InvalidOperationException>(() => log.ToMeasurement(1, tolerated)).Message;
            Assert.Contains("1 of 4", message, StringComparison.Ordinal);
            Assert.Contains("502", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void H2load_WithNothingAnswered_Fails() =>
        Assert.Throws<InvalidOperationException>(() => H2loadLog.Parse([]).ToMeasurement(1));

    [Theory]
    [InlineData("")]
    [InlineData("1000\t200")]
    [InlineData("soon\t200\t10")]
    public void H2load_WithAnotherLine_NamesIt(string line) =>
        Assert.Contains($"'{line}'", Assert.Throws<FormatException>(() => H2loadLog.Parse([line])).Message);

    [Fact]
    public void H2load_ForAFixedRate_SharesItAmongConnections()
    {
        var work = new Work("paced", 32) { Load = Load.H2load, Rate = 24_000 };
        Assert.Contains("--rps=750", H2load.Arguments(work, "/tmp", 2, "log", "http://x/"));
        Assert.DoesNotContain(
            H2load.Arguments(work with { Rate = 0 }, "/tmp", 2, "log", "http://x/"),
            argument => argument.StartsWith("--rps", StringComparison.Ordinal));
    }
}
