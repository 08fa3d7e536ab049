using Jumpgate.Cli;

namespace Jumpgate.Agent.Tests.ControlPlane;

public sealed class LineDiffTests
{
    [Fact]
    public void Of_OneLineChanged_ShowsItWithThreeLinesAround() => Assert.Equal(
        ["  c", "  d", "  e", "- f", "+ F", "  g", "  h", "  i", "@@"],
        LineDiff.Of([.. "abcdefghijk".Select(c => $"{c}")], [.. "abcdeFghijk".Select(c => $"{c}")]));

    [Fact]
    public void Of_EqualLines_ShowsNothing() => Assert.Empty(LineDiff.Of(["a", "b"], ["a", "b"]));

    [Fact]
    public void Of_NothingBefore_ShowsAllAsNew() => Assert.Equal(["+ a", "+ b"], LineDiff.Of([], ["a", "b"]));

    [Fact]
    public void Of_LinesMovedAndRepeated_CanBeAppliedToTheFirst()
    {
        string[] from = ["x", "a", "a", "b", "y"];
        string[] to = ["x", "b", "a", "b", "b", "y"];

        var lines = LineDiff.Of(from, to).ToList();

        Assert.Equal(to, lines.Where(l => l[0] is ' ' or '+').Select(l => l[2..]));
        Assert.Equal(from, lines.Where(l => l[0] is ' ' or '-').Select(l => l[2..]));
    }
}
