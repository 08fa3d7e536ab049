using Jumpgate.Http.Observation;
using Jumpgate.Policy.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jumpgate.Http.Http2.Trial;

/// <summary>
/// Judges one HTTP/2 request as the proxy would, and forwards nothing. The request goes as frames through the same
/// Kestrel with the same settings, so that what Kestrel refuses is refused here as well. No socket is opened.
/// </summary>
public static class Http2Trial
{
    /// <param name="fields">Pseudo-header and header fields in their order, names and values as they are sent.</param>
    public static async Task<Http2Judgement> RunAsync(
        IReadOnlyList<(string Name, string Value)> fields,
        IRequestPolicy policy,
        HttpFilterOptions options,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(options);
        using var log = new RefusalLog();
        var application = new TrialApplication(policy);
        await using var services = new ServiceCollection().AddSingleton<ILoggerFactory>(log).BuildServiceProvider();
        var handOver = new HandOver();
        using var kestrel = new KestrelServer(
            Options.Create(KestrelSettings.Create(options, handOver, services)), handOver, log);
        await kestrel.StartAsync(application, cancellationToken);
        try
        {
            return await AskAsync(fields, handOver, application, log, cancellationToken);
        }
        finally
        {
            await kestrel.StopAsync(new CancellationToken(canceled: true));
        }
    }

    private static async Task<Http2Judgement> AskAsync(
        IReadOnlyList<(string Name, string Value)> fields,
        HandOver handOver,
        TrialApplication application,
        RefusalLog log,
        CancellationToken cancellationToken)
    {
        var connection = new TrialConnection(); // Kestrel's, which disposes of it.
        if (!handOver.TryGive(connection))
        {
            throw new InvalidOperationException("Kestrel stopped before the trial");
        }

        var client = new TrialClient(connection);
        await client.SendAsync(fields, cancellationToken);
        var refused = client.ReadRefusalAsync(cancellationToken);
        await Task.WhenAny(application.Judged, refused);
        if (application.Judged.IsCompleted)
        {
            connection.Receiving.CancelPendingRead();
            return await application.Judged;
        }

        var (error, status) = await refused;
        return new Http2Judgement
        {
            Outcome = RequestOutcome.Rejected,
            Target = string.Empty,
            Decision = Http2Judgement.Undecided,
            Status = status,
            Error = error,
            Reason = log.Reason ?? "the request is malformed",
        };
    }
}
