using Jumpgate.Policy.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Jumpgate.Http.Http2.Trial;

/// <summary>Stands where <see cref="Http2Application"/> does, and stops at what would be done.</summary>
internal sealed class TrialApplication(IRequestPolicy policy) : IHttpApplication<HttpContext>
{
    private readonly TaskCompletionSource<Http2Judgement> _judged =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Http2Judgement> Judged => _judged.Task;

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            var judgement = Http2Judge.Judge(context, policy);
            _judged.TrySetResult(judgement.IsForwarded ? await PrepareAsync(context, judgement) : judgement);
        }
        catch (Exception e)
        {
            _judged.TrySetException(e);
            throw;
        }
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // Nothing is registered with a context.
    }

    /// <summary>All that forwarding does before it looks for the server.</summary>
    private static async Task<Http2Judgement> PrepareAsync(HttpContext context, Http2Judgement judgement)
    {
        using var message = new HttpRequestMessage { Content = new ByteArrayContent([]) };
        var transformer = new ExactTransformer(
            judgement.Target, context.Request.ContentType, judgement.Decision.Mutations);
        await transformer.TransformRequestAsync(
            context, message, ExactTransformer.Origin, context.RequestAborted);
        return transformer.Refusal is { } refusal ? Http2Judge.Unsendable(judgement, refusal) : judgement;
    }
}
