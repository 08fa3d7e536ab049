using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>Everything in the kernel: shared maps by name, programs by name.</summary>
internal sealed class LoadedDatapath : IDisposable
{
    internal Dictionary<string, BpfMap> Maps { get; } = [];

    internal Dictionary<string, MapDefinition> Definitions { get; } = [];

    internal Dictionary<string, BpfFd> Programs { get; } = [];

    /// <summary>Whether pinned maps were taken over.</summary>
    internal bool Adopted { get; set; }

    /// <summary>Why pinned maps were not taken over; null where they were, or where there were none.</summary>
    internal string? ReplacedBecause { get; set; }

    /// <summary>Why the programs of the lanes are not there (one line); null where they are.</summary>
    internal string? LanesOffBecause { get; set; }

    public void Dispose()
    {
        foreach (var map in Maps.Values)
        {
            map.Dispose();
        }

        foreach (var program in Programs.Values)
        {
            program.Dispose();
        }
    }
}
