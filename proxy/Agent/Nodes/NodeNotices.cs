using Jumpgate.Bpf.Netlink;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Nodes;

/// <summary>
/// When to look at files and links: at once where something has changed, and every second in case a notice was missed.
/// </summary>
internal sealed class NodeNotices : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _wake = new(0);
    private readonly RouteMonitor _monitor;
    private readonly Task _links;
    private readonly List<FileSystemWatcher> _watchers = [];

    public NodeNotices(
        NetworkNamespace node, IEnumerable<string> directories, ILogger logger, CancellationToken stopping)
    {
        _monitor = RouteMonitor.Start(node);
        _links = WatchLinksAsync(stopping);
        foreach (var directory in directories)
        {
            Watch(directory, logger);
        }
    }

    /// <summary>Until it is time to look. One look answers all notices so far.</summary>
    public async Task WaitAsync(CancellationToken stopping)
    {
        if (await _wake.WaitAsync(Interval, stopping))
        {
            await Task.Delay(Debounce, stopping);
            while (_wake.Wait(0, CancellationToken.None))
            {
            }
        }
    }

    /// <summary>Ends the watch of links, before <see cref="Dispose"/>.</summary>
    public async Task StopAsync()
    {
        _monitor.Dispose();
        await _links;
    }

    public void Dispose()
    {
        _monitor.Dispose();
        _watchers.ForEach(w => w.Dispose());
        _wake.Dispose();
    }

    /// <summary>Where watches have run out or the directory is gone, the look every second goes on without.</summary>
    private void Watch(string directory, ILogger logger)
    {
        FileSystemWatcher watcher;
        try
        {
            watcher = new FileSystemWatcher(directory) { EnableRaisingEvents = true };
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            logger.WatchFailed(directory, e.Message);
            return;
        }

        watcher.Changed += (_, _) => Wake();
        watcher.Created += (_, _) => Wake();
        watcher.Deleted += (_, _) => Wake();
        watcher.Renamed += (_, _) => Wake();
        _watchers.Add(watcher);
    }

    private void Wake()
    {
        try
        {
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
        catch (ObjectDisposedException)
        {
            // A notice that was under way when nobody listens any more.
        }
    }

    private async Task WatchLinksAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var change in _monitor.ReadAllAsync(stopping))
            {
                Wake();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or NetlinkException)
        {
            // The look every second goes on without it.
        }
    }
}
