using System.Net;
using Jumpgate.Benchmarks.Loads;

namespace Jumpgate.Benchmarks;

/// <summary>A peer that serves HTTP: checked for its rules first, then warmed up, then measured.</summary>
/// <param name="lab">Where it runs.</param>
/// <param name="target">What the client asks.</param>
/// <param name="seconds">A measurement takes.</param>
internal sealed class HttpPeer(BenchLab lab, IPEndPoint target, int seconds) : IRunningPeer
{
    private const int RoundSeconds = 2;

    private bool _isWarm;

    /// <summary>Who asks.</summary>
    public string From { get; init; } = "client";

    /// <summary>PUT is forbidden.</summary>
    public bool Enforces { get; init; } = true;

    /// <summary>A proxy that may answer itself.</summary>
    public bool Proxied { get; init; }

    /// <summary>Goes when it goes, before its processes.</summary>
    public IAsyncDisposable? Owned { get; init; }

    public async Task<Measurement> MeasureAsync(Work work)
    {
        if (work.Path == Work.AnsweredByProxy && !Proxied)
        {
            throw new InvalidOperationException("it answers nothing itself");
        }

        await CheckAsync(work);
        await WarmUpAsync(work with { Rate = 0 });
        return await lab.MeasureAsync(target, work, seconds, From);
    }

    private async Task WarmUpAsync(Work work)
    {
        // An agent compiles large rule sets for the kernel.
        await WarmUp.RunAsync(
            lab.Running, () => lab.MeasureAsync(target, work, RoundSeconds, From),
            least: _isWarm || work.Rules < 1000 ? 1 : 6);
        _isWarm = true;
    }

    /// <summary>Nobody is measured doing nothing, or letting everything through.</summary>
    private async Task CheckAsync(Work work)
    {
        if (work.Load == Load.Grpc)
        {
            var done = await GrpcCall.IsDoneAsync(lab.Lab, From, target, work.Path, header: true);
            if (!done || (Enforces && await GrpcCall.IsDoneAsync(lab.Lab, From, target, work.Path, header: false)))
            {
                throw new InvalidOperationException(
                    done ? "a forbidden call was done" : "an allowed call was not done");
            }

            return;
        }

        var allowed = lab.Ask(target, "GET", work.Path, From);
        var forbidden = lab.Ask(target, "PUT", work.Path, From);
        if (allowed != 200 || (Enforces && forbidden != 403))
        {
            throw new InvalidOperationException($"an allowed request got {allowed}, a forbidden one {forbidden}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (Owned is not null)
            {
                await Owned.DisposeAsync();
            }
        }
        finally
        {
            await lab.StopAsync();
        }
    }
}
