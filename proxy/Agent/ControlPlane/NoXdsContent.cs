using Jumpgate.Xds.Nodes;

namespace Jumpgate.Agent.ControlPlane;

/// <summary>Nothing yet: a node keeps what it has, since an empty configuration would be an order to drop it.</summary>
internal sealed class NoXdsContent : IXdsContent
{
    public string? GroupOf(XdsNode node) => node.Id;

    public Task RunAsync(SnapshotCache cache, CancellationToken stopping) => Task.Delay(Timeout.InfiniteTimeSpan, stopping)
        .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
