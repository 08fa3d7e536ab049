using Jumpgate.Agent.Lanes;
using Jumpgate.Bpf;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Flows;

/// <summary>Reads the kernel's events on a thread of its own.</summary>
internal sealed class EventPump(
    Datapath datapath, LaneController? lanes, FlowLog log, FlowRecords records, ILogger logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(200);

    public Task RunAsync(CancellationToken stopping)
    {
        log.FollowedChanged = Follow;
        Follow(log.IsFollowed);
        return Task.Factory.StartNew(
            () => Run(stopping), stopping, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void Follow(bool isFollowed)
    {
        datapath.SetEventLevel(isFollowed ? 1u : 0u);
        if (lanes is not null)
        {
            lanes.IsObserved = isFollowed;
        }
    }

    private void Add(FlowEvent told)
    {
        if (told.Type == EventType.Leave)
        {
            lanes?.Direct.Wake();
            return;
        }

        log.Add(records.From(told));
    }

    private void Run(CancellationToken stopping)
    {
        var requests = new LaneRequests(records, index => lanes?.Automata.RuleAt(index));
        try
        {
            using var reader = datapath.OpenEvents();
            while (!stopping.IsCancellationRequested)
            {
                reader.Poll(Timeout, Add, told =>
                {
                    if (requests.From(told) is { } record)
                    {
                        log.Add(record);
                    }
                });
            }
        }
        catch (DatapathException e)
        {
            logger.EventsFailed(e.Message);
        }
    }
}
