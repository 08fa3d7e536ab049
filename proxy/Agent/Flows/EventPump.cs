using Jumpgate.Bpf;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Flows;

/// <summary>Reads the kernel's events on a thread of its own.</summary>
internal sealed class EventPump(Datapath datapath, FlowLog log, FlowRecords records, ILogger logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(200);

    public Task RunAsync(CancellationToken stopping)
    {
        log.FollowedChanged = followed => datapath.SetEventLevel(followed ? 1u : 0u);
        datapath.SetEventLevel(log.IsFollowed ? 1u : 0u);
        return Task.Factory.StartNew(() => Run(stopping), stopping, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void Run(CancellationToken stopping)
    {
        try
        {
            using var reader = datapath.OpenEvents();
            while (!stopping.IsCancellationRequested)
            {
                reader.Poll(Timeout, e => log.Add(records.From(e)));
            }
        }
        catch (DatapathException e)
        {
            logger.EventsFailed(e.Message);
        }
    }
}
