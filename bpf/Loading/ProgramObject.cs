using System.Reflection;

namespace Jumpgate.Bpf;

/// <summary>A compiled BPF object: its name and its ELF image.</summary>
internal sealed record ProgramObject(string Name, byte[] Image)
{
    internal const string FromWorkload = "from_workload";
    internal const string ToWorkload = "to_workload";
    internal const string FromUplink = "from_uplink";
    internal const string OnLoopback = "on_loopback";
    internal const string ProxyLookup = "proxy_lookup";

    /// <summary>The programs of the product; each is in the object of its name.</summary>
    internal static readonly IReadOnlyList<string> Names =
        [FromWorkload, ToWorkload, FromUplink, OnLoopback, ProxyLookup];

    internal const string LaneJoin = "lane_join";
    internal const string LaneMessage = "lane_message";
    internal const string LaneAsk = "lane_ask";
    internal const string LaneFinish = "lane_finish";
    internal const string LaneDirect = "lane_direct";
    internal const string DirectAsk = "direct_ask";
    internal const string DirectWake = "direct_wake";

    /// <summary>The programs of the socket acceleration: a kernel that refuses them runs everything else.</summary>
    internal static readonly IReadOnlyList<string> LaneNames =
        [LaneJoin, LaneMessage, LaneAsk, LaneFinish, LaneDirect, DirectAsk, DirectWake];

    /// <summary>Those that tc runs: what a filter of ours can be named.</summary>
    internal static readonly IReadOnlyList<string> TcNames = [FromWorkload, ToWorkload, FromUplink, OnLoopback];

    /// <summary>The objects built into this assembly.</summary>
    internal static IReadOnlyList<ProgramObject> Embedded() =>
        [.. Names.Select(name => Read(typeof(ProgramObject).Assembly, name))];

    /// <summary>The objects of <see cref="LaneNames"/>.</summary>
    internal static IReadOnlyList<ProgramObject> EmbeddedLanes() =>
        [.. LaneNames.Select(name => Read(typeof(ProgramObject).Assembly, name))];

    /// <summary>The object in the resource NAME.bpf.o.</summary>
    internal static ProgramObject Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream($"{name}.bpf.o") ?? throw new DatapathException(
            $"BPF object {name}.bpf.o is not part of {assembly.GetName().Name}; rebuild with clang installed");
        var image = new byte[stream.Length];
        stream.ReadExactly(image);
        return new(name, image);
    }
}
