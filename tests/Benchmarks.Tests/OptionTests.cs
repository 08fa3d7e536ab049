namespace Jumpgate.Benchmarks.Tests;

public sealed class OptionTests
{
    [Fact]
    public void Parse_WorkAndPeers_AreWhatIsMeasured()
    {
        Assert.True(BenchOptions.TryParse(
            ["http", "--only", "keep-alive-1,post-1k", "--peers", "nginx", "--rounds", "5"], out var options, out _));

        Assert.Equal(["keep-alive-1", "post-1k"], options.Only!.Order());
        Assert.Equal(["nginx"], options.Peers!);
        Assert.Equal(5, options.Rounds);
    }

    [Theory]
    [InlineData("there is no work keep-alive", "http", "--only", "keep-alive")]
    [InlineData("there is no peer envoy", "http", "--peers", "nginx,envoy")]
    [InlineData("--peers nginx is not understood by tables", "tables", "--peers", "nginx")]
    [InlineData("--rounds needs a value", "http", "--rounds")]
    [InlineData("--rounds 0 is not understood by http", "http", "--rounds", "0")]
    public void Parse_WhatIsNotThere_IsNamed(string expected, params string[] args)
    {
        Assert.False(BenchOptions.TryParse(args, out _, out var error));

        Assert.Equal(expected, error);
    }
}
