namespace Jumpgate.Benchmarks.Tests;

public sealed class SectionTests
{
    private static readonly Result<Measurement> Straight = Rates("get", Peers.Straight, 100, 50);
    private static readonly Result<Measurement> Nginx = Rates("get", Peers.Nginx, 40, 30);
    private static readonly Result<Measurement> Haproxy = Rates("get", Peers.Haproxy, 50, 10);
    private static readonly Result<Measurement> Lanes = Rates("get", Peers.Lanes, 150, 90);

    [Fact]
    public void Ratios_ToBaselineAndProxies_AreOfTheSameRound()
    {
        var section = new Section("http", Peers.Straight, Comparison.Rate, [Straight, Nginx, Haproxy, Lanes]);
        Assert.Equal([1.5, 1.8], section.Ratios(Lanes));
        Assert.Equal([3.0, 3.0], section.RatiosToProxies(Lanes));
    }

    [Fact]
    public void Ratios_OfLatencies_TakeTheProxyThatIsFaster()
    {
        var section = new Section("latency", Peers.Straight, Comparison.Latency, [Straight, Nginx, Haproxy, Lanes]);
        Assert.Equal([150.0 / 40, 90.0 / 10], section.RatiosToProxies(Lanes));
    }

    [Fact]
    public void Ratios_WithoutABaseline_AreNone()
    {
        var failed = Straight with { Rounds = [], Unavailable = "it did not start" };
        var section = new Section("http", Peers.Straight, Comparison.Rate, [failed, Lanes]);
        Assert.Empty(section.Ratios(Lanes));
        Assert.Empty(section.RatiosToProxies(Lanes));
        Assert.Contains("not available", Chart.Draw([section], []), StringComparison.Ordinal);
    }

    [Fact]
    public void Rate_ForLatencies_IsHalfOfTheSlowest()
    {
        var fullSpeed = new[] { Rates("get", "a", 30_150), Rates("get", "b", 90_000), Rates("get", "c") };
        Assert.Equal(15_000, LatencyBench.RateFor(fullSpeed));
        Assert.Throws<InvalidOperationException>(() => LatencyBench.RateFor([Rates("get", "c")]));
    }

    [Fact]
    public void Chart_OfEveryKind_IsXmlWithABarForEachPeer()
    {
        var http = new Section("http", Peers.Straight, Comparison.Rate, [Straight, Nginx, Haproxy, Lanes]);
        var latency = new Section("latency", Peers.Straight, Comparison.Latency, [Straight, Lanes]);
        var memory = new Result<Figure>("memory", Peers.Lanes, [new Figure(10.5, "KiB")]);
        var svg = System.Xml.Linq.XDocument.Parse(Chart.Draw([http, latency], [memory]));
        Assert.Equal(1 + 4 + 2 + 1, svg.Descendants().Count(element => element.Name.LocalName == "rect"));
        Assert.Contains(svg.Descendants(), element => element.Value == "10.5");
    }

    private static Result<Measurement> Rates(string work, string peer, params double[] rates) =>
        new(work, peer, [.. rates.Select(rate => new Measurement(rate, rate, rate, rate, 1))]);
}
