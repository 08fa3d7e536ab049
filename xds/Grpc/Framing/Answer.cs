using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Jumpgate.Grpc.Framing;

/// <summary>The end of a response.</summary>
internal static class Answer
{
    public const string ContentType = "application/grpc";

    /// <summary>
    /// Ends the response: in the headers when nothing has been sent (a "trailers-only" answer), else in trailers.
    /// </summary>
    public static async Task EndAsync(HttpResponse response, Status status, Metadata? trailers, Metadata? more)
    {
        var code = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        var message = status.Detail.Length > 0 ? StatusMessage.Encode(status.Detail) : null;
        Action<string, string> add = response.HasStarted
            ? (name, value) => response.AppendTrailer(name, value) : (name, value) =>
                response.Headers.Append(name, value);
        add("grpc-status", code);
        if (message is not null)
        {
            add("grpc-message", message);
        }

        foreach (var entry in (trailers ?? []).Concat(more ?? []))
        {
            add(entry.Key, entry.OnTheWire);
        }

        await response.CompleteAsync();
    }
}
