using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Jumpgate.Grpc;
using Jumpgate.Testing;

namespace Jumpgate.Xds.Tests.Support;

/// <summary>A gRPC call made of bytes, so that tests can say what no client library would.</summary>
internal sealed class RawCall : IAsyncDisposable
{
    private readonly HttpRequestMessage _request;
    private readonly DuplexContent _content = new();
    private readonly Task<HttpResponseMessage> _response;
    private readonly CancellationTokenSource _cancel = new();
    private PipeReader? _body;

    private RawCall(HttpClient http, HttpRequestMessage request)
    {
        _request = request;
        request.Content = _content;
        _content.Headers.ContentType ??= new MediaTypeHeaderValue("application/grpc");
        _response = http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _cancel.Token);
    }

    public static HttpClient Http(int port, string scheme = "http", SocketsHttpHandler? handler = null) => new(
        handler ?? new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true })
    {
        BaseAddress = new Uri($"{scheme}://127.0.0.1:{port}"),
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <param name="headers">"name: value" each.</param>
    public static RawCall Open(HttpClient http, string path, params string[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            request.Headers.TryAddWithoutValidation(header[..colon], header[(colon + 1)..].Trim());
        }

        return new RawCall(http, request);
    }

    public Task<HttpResponseMessage> Response => _response.WaitAsync(Wait.Patience);

    public Task SendAsync(ReadOnlySpan<byte> message, byte flag = 0)
    {
        var frame = new byte[message.Length + 5];
        frame[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame.AsSpan(5));
        return SendBytesAsync(frame);
    }

    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes)
    {
        await _content.Output.Writer.WriteAsync(bytes).AsTask().WaitAsync(Wait.Patience);
    }

    /// <summary>Half-closes the call.</summary>
    public void End() => _content.Output.Writer.Complete();

    /// <summary>Goes away: resets the stream.</summary>
    public void Cancel()
    {
        _cancel.Cancel();
        if (_response.IsCompletedSuccessfully)
        {
            _response.Result.Dispose();
        }
    }

    /// <returns>The next message with its compression flag; null at the end.</returns>
    public async Task<(byte Flag, byte[] Message)?> NextAsync()
    {
        _body ??= PipeReader.Create(await (await Response).Content.ReadAsStreamAsync());
        using var patience = new CancellationTokenSource(Wait.Patience);
        var prefix = await _body.ReadAtLeastAsync(5, patience.Token);
        if (prefix.Buffer.IsEmpty)
        {
            return null;
        }

        var head = new byte[5];
        System.Buffers.BuffersExtensions.CopyTo(prefix.Buffer.Slice(0, 5), head);
        _body.AdvanceTo(prefix.Buffer.Start);
        var length = (int)BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(1));
        var whole = await _body.ReadAtLeastAsync(5 + length, patience.Token);
        var message = System.Buffers.BuffersExtensions.ToArray(whole.Buffer.Slice(5, length));
        _body.AdvanceTo(whole.Buffer.GetPosition(5 + length));
        return (head[0], message);
    }

    /// <summary>
    /// Reads to the end and returns the status: of the trailers, or of the headers when there is nothing else.
    /// </summary>
    public async Task<(StatusCode Code, string Message)> StatusAsync()
    {
        var response = await Response;
        while (await NextAsync() is not null)
        {
        }

        var fields = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        var code = int.Parse(fields.GetValues("grpc-status").Single(), CultureInfo.InvariantCulture);
        var message = fields.TryGetValues("grpc-message", out var values)
            ? Uri.UnescapeDataString(values.Single()) : string.Empty;
        return ((StatusCode)code, message);
    }

    public async ValueTask DisposeAsync()
    {
        await _content.Output.Writer.CompleteAsync();
        await _cancel.CancelAsync();
        try
        {
            (await _response).Dispose();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // It had not been answered.
        }

        _request.Dispose();
        _cancel.Dispose();
    }

    /// <summary>A request body that goes on while the response is read.</summary>
    private sealed class DuplexContent : HttpContent
    {
        public Pipe Output { get; } = new(new PipeOptions(pauseWriterThreshold: 0));

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.FlushAsync(cancellationToken);
            while (true)
            {
                var result = await Output.Reader.ReadAsync(cancellationToken);
                foreach (var segment in result.Buffer)
                {
                    await stream.WriteAsync(segment, cancellationToken);
                }

                await stream.FlushAsync(cancellationToken);
                Output.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = -1;
            return false;
        }
    }
}
