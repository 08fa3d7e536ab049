namespace Jumpgate.Benchmarks.Tests;

public sealed class StatisticsTests
{
    [Theory]
    [InlineData(new[] { 3.0, 1.0, 2.0 }, 2.0)]
    [InlineData(new[] { 4.0, 1.0, 3.0, 2.0 }, 2.5)]
    [InlineData(new[] { 7.0 }, 7.0)]
    [InlineData(new double[0], double.NaN)]
    public void Median_OfRounds_IsTheMiddle(double[] rounds, double expected) =>
        Assert.Equal(expected, Statistics.Median(rounds));

    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.9, 90)]
    [InlineData(0.99, 99)]
    [InlineData(0.991, 100)]
    [InlineData(1, 100)]
    [InlineData(0.001, 1)]
    public void Quantile_OfOneToAHundred_IsTheNearestRank(double share, double expected) =>
        Assert.Equal(expected, Statistics.Quantile([.. Enumerable.Range(1, 100)], share));

    [Fact]
    public void Quantile_WhereTheProductIsNotExact_DoesNotSlipToTheNextRank()
    {
        // 0.07 * 100 is 7.000000000000001.
        Assert.Equal(7, Statistics.Quantile([.. Enumerable.Range(1, 100)], 0.07));
        Assert.Equal(9, Statistics.Quantile([.. Enumerable.Range(1, 10)], 0.9));
    }

    [Fact]
    public void Quantile_OfOneOrNone_IsItOrNothing()
    {
        Assert.Equal(42, Statistics.Quantile([42], 0.01));
        Assert.True(double.IsNaN(Statistics.Quantile([], 0.5)));
    }

    [Fact]
    public void PairedRatios_WhenTheMachineSlowsDownBetweenRounds_StayTheSame()
    {
        Assert.Equal([2.0, 2.0], Statistics.PairedRatios([200, 20], [100, 10]));
        Assert.Equal([2.0], Statistics.PairedRatios([200, 20], [100]));
    }
}
