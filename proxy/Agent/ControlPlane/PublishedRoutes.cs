using System.Collections.Immutable;

namespace Jumpgate.Agent.ControlPlane;

/// <summary>
/// Route configurations that a node has been given: connections of filter chains that are gone may be judged by them
/// for as long as its drain time is, which nobody tells us. So they are kept as long as the node's workload, up to a
/// number.
/// </summary>
internal sealed class PublishedRoutes
{
    private const int MaxFormer = 1024;
    private ImmutableArray<string> _former = [];
    private ImmutableArray<string> _current = [];

    public IReadOnlyCollection<string> Names => [.. _former, .. _current];

    /// <param name="current">Those that listeners refer to now.</param>
    public void Published(IEnumerable<string> current)
    {
        var before = _current;
        _current = [.. current];
        _former = [.. _former.Concat(before).Except(_current).TakeLast(MaxFormer)];
    }
}
