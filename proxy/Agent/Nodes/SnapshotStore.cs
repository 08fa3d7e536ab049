using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Agent.Nodes;

/// <summary>The snapshot in force: one volatile reference, swapped whole.</summary>
internal sealed class SnapshotStore
{
    private volatile PolicySnapshot? _current;

    /// <exception cref="InvalidOperationException">Asked before the first snapshot: the agent starts listening after
    /// it.</exception>
    public PolicySnapshot Current => _current ?? throw new InvalidOperationException("no snapshot is in force yet");

    public bool IsEmpty => _current is null;

    /// <summary>Called after each swap, on the thread that swaps: return at once.</summary>
    public event Action? Swapped;

    public void Swap(PolicySnapshot snapshot)
    {
        _current = snapshot;
        Swapped?.Invoke();
    }
}
