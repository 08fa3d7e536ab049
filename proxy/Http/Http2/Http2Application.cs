using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Jumpgate.Http.Http2;

/// <summary>What Kestrel calls for each request. No middleware: there is one thing to do.</summary>
internal sealed class Http2Application(IHttpForwarder forwarder, HttpFilterOptions options, TimeProvider time)
    : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context)
    {
        var connection = context.Features.GetRequiredFeature<HandedOverConnection>();
        return new Http2Exchange(context, connection, options, time).RunAsync(forwarder);
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // Nothing is registered with a context.
    }
}
