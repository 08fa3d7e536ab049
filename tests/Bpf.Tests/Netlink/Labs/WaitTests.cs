using Jumpgate.Testing;

namespace Jumpgate.Bpf.Tests.Netlink.Labs;

public sealed class WaitTests
{
    [Fact]
    public async Task Until_HoldsLater_Returns()
    {
        var asked = 0;

        await Wait.UntilAsync(() => ++asked == 3, Wait.Patience, "the third time");

        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Until_NeverHolds_SaysWhatForAndDetails()
    {
        var failure = await Assert.ThrowsAsync<TimeoutException>(
            () => Wait.UntilAsync(() => false, TimeSpan.Zero, "rain", () => "it was dry"));

        Assert.Equal("waited 0 s for rain\nit was dry", failure.Message);
    }

    [Fact]
    public void TempDirectory_Disposed_IsGoneAndWasPrivate()
    {
        string path;
        using (var directory = new TempDirectory())
        {
            path = directory.Path;
            Assert.Equal("x", File.ReadAllText(directory.Write("a/b", "x")));
            Assert.Equal("700", Command.Run("stat", "-c", "%a", path).Trim());
        }

        Assert.False(Directory.Exists(path));
    }
}
