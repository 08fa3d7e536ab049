using Jumpgate.Bpf;

namespace Jumpgate.Agent.Lanes;

/// <summary>The words for modes and reasons, in files, on command lines and in reports.</summary>
public static class LaneModes
{
    public static string Name(LaneMode mode) => mode switch
    {
        LaneMode.Policy => "policy",
        LaneMode.ShortCircuit => "short-circuit",
        _ => "off",
    };

    /// <summary>False where it is none of off, short-circuit and policy.</summary>
    public static bool TryParse(string? text, out LaneMode mode)
    {
        (mode, var known) = text switch
        {
            "off" => (LaneMode.Off, true),
            "short-circuit" => (LaneMode.ShortCircuit, true),
            "policy" => (LaneMode.Policy, true),
            _ => (LaneMode.Off, false),
        };
        return known;
    }

    public static string Name(DirectState state) => state switch
    {
        DirectState.Opening => "opening",
        DirectState.Joined => "joined",
        DirectState.Leaving => "leaving",
        _ => "other",
    };

    /// <summary>Null for two workloads.</summary>
    public static string? Name(PairKind kind) => kind switch
    {
        PairKind.Outbound => "outbound",
        PairKind.Inbound => "inbound",
        _ => null,
    };

    public static string Name(LeftReason reason) => reason switch
    {
        LeftReason.Early => "early",
        LeftReason.Behind => "behind",
        LeftReason.Switched => "switched",
        LeftReason.Policy => "policy",
        _ => "other",
    };

    public static string Name(LaneReason reason) => reason switch
    {
        LaneReason.Decided => "decided",
        LaneReason.Closed => "closed",
        LaneReason.Stale => "stale",
        LaneReason.Unknown => "unknown",
        LaneReason.Split => "split",
        LaneReason.TooLarge => "too-large",
        LaneReason.Crowded => "crowded",
        LaneReason.Full => "reader-full",
        LaneReason.Order => "order",
        LaneReason.Gone => "gone",
        LaneReason.Response => "response",
        LaneReason.Broken => "broken",
        _ => "other",
    };
}
