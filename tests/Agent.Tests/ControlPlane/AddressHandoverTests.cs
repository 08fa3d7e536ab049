using System.Collections.Immutable;
using System.Net;
using Jumpgate.Agent.ControlPlane;
using Jumpgate.Policy.Identities;

namespace Jumpgate.Agent.Tests.ControlPlane;

/// <summary>Which addresses are whose in what is published one after another.</summary>
public sealed class AddressHandoverTests
{
    private readonly Clock _clock = new();
    private readonly AddressHandover _handover;

    public AddressHandoverTests() => _handover = new AddressHandover(_clock, TimeSpan.FromSeconds(2));

    /// <returns>The addresses that are nobody's yet, with whose they were.</returns>
    private string Next(params (string Address, uint Owner)[] owners) => string.Join(' ', _handover
        .Next(owners.ToImmutableDictionary(o => IPNetwork.Parse($"{o.Address}/32"), o => new PolicyGroup(o.Owner)))
        .Select(w => $"{w.Key.BaseAddress}:{w.Value.Value}").Order(StringComparer.Ordinal));

    [Fact]
    public void Next_FirstOwners_HaveTheirAddresses()
    {
        Assert.Equal("", Next(("10.0.0.1", 1), ("10.0.0.2", 2)));
        Assert.False(_handover.IsOpen);
    }

    [Fact]
    public void Next_AddressWithAnotherOwner_IsNobodysUntilAllNodesHaveHeard()
    {
        Next(("10.0.0.1", 1), ("10.0.0.2", 2));

        Assert.Equal("10.0.0.1:1", Next(("10.0.0.1", 3), ("10.0.0.2", 2)));
        Assert.Equal("10.0.0.1:1", Next(("10.0.0.1", 3), ("10.0.0.2", 2)));
        _handover.Arrived();

        Assert.Equal("", Next(("10.0.0.1", 3), ("10.0.0.2", 2)));
        Assert.False(_handover.IsOpen);
    }

    [Fact]
    public void Next_NodeThatDoesNotAnswer_IsWaitedForOnlySoLong()
    {
        Next(("10.0.0.1", 1));
        Assert.Equal("10.0.0.1:1", Next(("10.0.0.1", 3)));

        _clock.Pass(TimeSpan.FromSeconds(2));

        Assert.Equal("", Next(("10.0.0.1", 3)));
    }

    [Fact]
    public void Next_AddressThatWasNobodysForAMoment_IsAsIfItHadNotBeen()
    {
        Next(("10.0.0.1", 1));
        Assert.Equal("", Next());

        Assert.Equal("10.0.0.1:1", Next(("10.0.0.1", 3)));
    }

    [Fact]
    public void Next_AddressThatAllNodesKnowToBeNobodys_IsGrantedAtOnce()
    {
        Next(("10.0.0.1", 1));
        Next();
        Assert.True(_handover.IsOpen);
        _handover.Arrived();

        Assert.Equal("", Next(("10.0.0.1", 3)));
    }

    [Fact]
    public void Next_OwnerThatComesBack_HasItsAddressAtOnce()
    {
        Next(("10.0.0.1", 1));
        Next();

        Assert.Equal("", Next(("10.0.0.1", 1)));
    }

    [Fact]
    public void Next_OwnerThatCameBackAndGoes_IsWaitedForAnew()
    {
        Next(("10.0.0.1", 1));
        Next();
        _clock.Pass(TimeSpan.FromSeconds(1));
        Next(("10.0.0.1", 1));
        Assert.Equal("10.0.0.1:1", Next(("10.0.0.1", 3)));

        _clock.Pass(TimeSpan.FromSeconds(1));

        Assert.Equal("10.0.0.1:1", Next(("10.0.0.1", 3)));
    }

    [Fact]
    public void Next_OwnersThatSwap_BothWait()
    {
        Next(("10.0.0.1", 1), ("10.0.0.2", 2));

        Assert.Equal("10.0.0.1:1 10.0.0.2:2", Next(("10.0.0.1", 2), ("10.0.0.2", 1)));
    }

    /// <summary>Every half second an address moves, and no node ever answers.</summary>
    [Fact]
    public void Next_AddressesThatMoveAllTheTime_HoldUpNoOthersAndGetTheirTurn()
    {
        var granted = new HashSet<string>();
        Next(("10.0.0.1", 1), ("10.0.0.2", 2));
        for (uint i = 0; i < 20; i++)
        {
            _clock.Pass(TimeSpan.FromSeconds(0.5));

            var withheld = Next(("10.0.0.1", 100 + i), ("10.0.0.2", 100 + (i / 5)), ($"10.0.1.{i}", 7));

            Assert.DoesNotContain("10.0.1.", withheld);
            string[] moving = ["10.0.0.1:", "10.0.0.2:"];
            granted.UnionWith(moving.Where(a => !withheld.Contains(a)).Select(a => a + i));
        }

        Assert.InRange(granted.Count(g => g.StartsWith("10.0.0.1:", StringComparison.Ordinal)), 3, 5);
        Assert.InRange(granted.Count(g => g.StartsWith("10.0.0.2:", StringComparison.Ordinal)), 3, 5);
    }

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Pass(TimeSpan time) => _now += time.Ticks;
    }
}
