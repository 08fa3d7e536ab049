using System.Net;
using Microsoft.AspNetCore.Http;

namespace Jumpgate.Http.Http2;

/// <summary>
/// A response's body that sends the response's head as soon as there is nothing else to send. YARP waits with the head
/// for the first byte of the body, so that a response without a body stays one header block (gRPC's trailers-only); but
/// a stream may be silent for long after its head, and a client may wait for that head before it speaks.
/// </summary>
internal sealed class PromptHeadersContent(HttpContent inner, HttpResponse response) : HttpContent
{
    protected override async Task<Stream> CreateContentReadStreamAsync() =>
        new PromptHeadersStream(await inner.ReadAsStreamAsync(), response);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        inner.CopyToAsync(stream, context);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
