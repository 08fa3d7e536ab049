using System.Collections.Immutable;
using Envoy.Config.Core.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Resources;
using Jumpgate.EnvoyConfig.Resources.Validation;
using Validate;

namespace Jumpgate.EnvoyConfig.Tests.Validation;

public sealed class RuleKindTests
{
    private static readonly Duration Second = new() { Seconds = 1 };

    /// <summary>Each kind of rule with values that break it and values that do not.</summary>
    private static readonly ImmutableArray<(string Kind, FieldRules Rules, object[] Bad, object[] Good)> Kinds =
    [
        ("bool.const", new() { Bool = new() { Const = true } }, [false], [true]),
        ("bytes.min_len", new() { Bytes = new() { MinLen = 2 } }, [ByteString.CopyFrom(1)],
            [ByteString.CopyFrom(1, 2)]),
        ("bytes.max_len", new() { Bytes = new() { MaxLen = 1 } }, [ByteString.CopyFrom(1, 2)],
            [ByteString.CopyFrom(1), ByteString.Empty]),
        ("double.gt", new() { Double = new() { Gt = 0 } }, [0.0, -1.0], [0.1]),
        ("double.gte", new() { Double = new() { Gte = 0 } }, [-0.1], [0.0]),
        ("double.lte", new() { Double = new() { Lte = 1 } }, [1.1], [1.0]),
        ("duration.gt", new() { Duration = new() { Gt = new() } }, [new Duration(), new Duration { Nanos = -1 }],
            [new Duration { Nanos = 1 }]),
        ("duration.gte", new() { Duration = new() { Gte = Second } }, [new Duration { Nanos = 999_999_999 }], [Second]),
        ("duration.lt", new() { Duration = new() { Lt = Second } }, [Second], [new Duration { Nanos = 999_999_999 }]),
        ("duration.lte", new() { Duration = new() { Lte = Second } },
            [new Duration { Seconds = 1, Nanos = 1 }], [Second]),
        ("enum.defined_only", new() { Enum = new() { DefinedOnly = true } }, [(RequestMethod)99], [RequestMethod.Get]),
        ("enum.not_in", new() { Enum = new() { NotIn = { 0, 2 } } },
            [RequestMethod.MethodUnspecified, RequestMethod.Head], [RequestMethod.Get]),
        ("map.min_pairs", new() { Map = new() { MinPairs = 1 } }, [new Dictionary<string, int>()],
            [new Dictionary<string, int> { ["a"] = 1 }]),
        ("repeated.min_items", new() { Repeated = new() { MinItems = 1 } }, [new List<int>()], [new List<int> { 1 }]),
        ("repeated.max_items", new() { Repeated = new() { MaxItems = 1 } }, [new List<int> { 1, 2 }],
            [new List<int> { 1 }]),
        ("repeated.unique", new() { Repeated = new() { Unique = true } }, [new List<int> { 1, 2, 1 }],
            [new List<int> { 1, 2 }, new List<int>()]),
        ("string.in", new() { String = new() { In = { "a", "b" } } }, ["", "A", "ab"], ["a", "b"]),
        ("string.min_len", new() { String = new() { MinLen = 2 } }, ["", "a", "\U0001F600"], ["ab", "éé"]),
        ("string.max_bytes", new() { String = new() { MaxBytes = 3 } }, ["abcd", "éé"], ["abc", "é", ""]),
        ("string.min_bytes", new() { String = new() { MinBytes = 2 } }, ["a"], ["é"]),
        ("string.prefix", new() { String = new() { Prefix = "envoy." } }, ["", "Envoy.x"], ["envoy.", "envoy.x"]),
        ("string.pattern", new() { String = new() { Pattern = "^[0-9a-z]+$" } }, ["", "a b", "a\n", "A"], ["a0"]),
        ("string.well_known_regex", Header(KnownRegex.HttpHeaderName, true), ["", "a b", "a:", ":", "a\n", "é"],
            ["a", ":path", "X_!~"]),
        ("string.well_known_regex", Header(KnownRegex.HttpHeaderValue, true), ["a\nb", "\0", "\x7f"],
            ["", "a\tb", "é"]),
        ("string.well_known_regex", Header(KnownRegex.HttpHeaderName, false), ["a\nb", "\0", "\r"],
            ["", "a b", "\x7f"]),
        ("uint32.gt", new() { Uint32 = new() { Gt = 0 } }, [0u], [1u, uint.MaxValue]),
        ("uint32.gte", new() { Uint32 = new() { Gte = 100 } }, [0u, 99u], [100u]),
        ("uint32.lt", new() { Uint32 = new() { Lt = 600 } }, [600u], [599u]),
        ("uint32.lte", new() { Uint32 = new() { Lte = 100 } }, [101u], [100u, 0u]),
        ("uint64.gt", new() { Uint64 = new() { Gt = 0 } }, [0ul], [1ul, ulong.MaxValue]),
        ("uint64.gte", new() { Uint64 = new() { Gte = 1 } }, [0ul], [1ul]),
        ("uint64.lt", new() { Uint64 = new() { Lt = 9 } }, [9ul], [8ul]),
        ("uint64.lte", new() { Uint64 = new() { Lte = 9 } }, [10ul, ulong.MaxValue], [9ul]),
        ("any.in", new() { Any = new() { In = { "x/a" } } }, [new Any { TypeUrl = "x/b" }],
            [new Any { TypeUrl = "x/a" }]),
        ("any.not_in", new() { Any = new() { NotIn = { "x/a" } } }, [new Any { TypeUrl = "x/a" }],
            [new Any { TypeUrl = "x/b" }]),
    ];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Kinds.Length)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kind_OfBadAndGoodValues_TellsThemApart(int number)
    {
        var (kind, rules, bad, good) = Kinds[number];
        var rule = Assert.Single(ValueRules.Of(rules, EnvoyEnum));

        Assert.Equal(kind, rule.Kind);
        Assert.All(bad, value => Assert.False(rule.Holds!(value), $"{rule.Text} takes {value}"));
        Assert.All(good, value => Assert.True(rule.Holds!(value), $"{rule.Text} refuses {value}"));
    }

    /// <summary>A definition that brings a new kind of rule has to bring its reading, and a case above.</summary>
    [Fact]
    public void Kinds_OfAllTypesThatAreCompiledIn_AreImplementedAndHaveACase()
    {
        var rules = EnvoyTypes.Messages.SelectMany(m =>
            MessagePlan.Of(m).Rules.Select(r => (Rule: r, Type: m.FullName))).ToList();

        Assert.True(rules.Count > 350, $"only {rules.Count} rules were found");
        Assert.Equal([], rules.Where(r => r.Rule.Holds is null).Select(r => $"{r.Type}: {r.Rule.Text}"));
        Assert.Equal([], rules.Select(r => r.Rule.Kind).Distinct().Except(Kinds.Select(k => k.Kind)));
    }

    /// <summary>Both bounds are a range; a lower bound above the upper one means what is outside.</summary>
    [Theory]
    [InlineData(5, 10, new uint[] { 5, 7, 10 }, new uint[] { 4, 11 })]
    [InlineData(10, 5, new uint[] { 0, 5, 10, 11 }, new uint[] { 6, 9 })]
    public void Range_OfTwoBounds_IsInsideOrOutside(uint gte, uint lte, uint[] good, uint[] bad)
    {
        var rules = ValueRules.Of(new FieldRules { Uint32 = new UInt32Rules { Gte = gte, Lte = lte } }, null);

        Assert.All(good, v => Assert.All(rules, r => Assert.True(r.Holds!(v))));
        Assert.All(bad, v => Assert.Contains(rules, r => !r.Holds!(v)));
    }

    [Fact]
    public void Kind_ThatIsNotImplemented_HasNoReading()
    {
        var rule = Assert.Single(ValueRules.Of(new FieldRules { String = new StringRules { Email = true } }, null));

        Assert.Null(rule.Holds);
        Assert.Equal("string.email", rule.Kind);
    }

    private static Google.Protobuf.Reflection.EnumDescriptor EnvoyEnum =>
        BaseReflection.Descriptor.EnumTypes.Single(e => e.Name == nameof(RequestMethod));

    private static FieldRules Header(KnownRegex regex, bool strict)
    {
        // A rule that says nothing of strictness is strict: that is the default.
        var rules = new StringRules { WellKnownRegex = regex };
        if (!strict)
        {
            rules.Strict = false;
        }

        return new FieldRules { String = rules };
    }
}
