using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Envoy.Config.Core.V3;
using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Jumpgate.Xds.Resources;
using Pipe = System.IO.Pipelines.Pipe;

namespace Jumpgate.Benchmarks.Xds;

/// <summary>Nodes that accept all that they are sent, each over a stream of its own.</summary>
internal sealed class XdsNodes : IAsyncDisposable
{
    private readonly bool _isDelta;
    private readonly HttpClient _http;
    private readonly List<Task> _streams = [];
    private readonly CancellationTokenSource _ended = new();
    private long _bytes;

    /// <param name="isDelta">Which protocol they speak.</param>
    public XdsNodes(int port, bool isDelta)
    {
        _isDelta = isDelta;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true })
        {
            BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Of all responses.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Why streams ended, of those that have.</summary>
    public string? Failure => _streams.Find(s => s.IsFaulted)?.Exception!.InnerException!.Message;

    public void Open(int count) => _streams.AddRange(Enumerable.Range(_streams.Count, count).Select(number => Task.Run(
        () => RunAsync(string.Create(CultureInfo.InvariantCulture, $"node-{number}")))));

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_streams).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _ended.Dispose();
    }

    private async Task RunAsync(string node)
    {
        var content = new RequestStream();
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            $"/envoy.service.discovery.v3.AggregatedDiscoveryService/{(_isDelta ? "Delta" : "Stream")}AggregatedResources")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        await content.SendAsync(Request(new Node { Id = node }, string.Empty, string.Empty));
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _ended.Token);
        var body = PipeReader.Create(await response.Content.ReadAsStreamAsync(_ended.Token));
        while (await ReadAsync(body) is { } message)
        {
            Interlocked.Add(ref _bytes, message.Length + 5);
            var (version, nonce) = Read(message);
            await content.SendAsync(Request(null, version, nonce));
        }

        throw new InvalidOperationException($"the server ended the stream of {node}");
    }

    private async Task<byte[]?> ReadAsync(PipeReader body)
    {
        var prefix = await body.ReadAtLeastAsync(5, _ended.Token);
        if (prefix.Buffer.Length < 5)
        {
            return null;
        }

        var head = prefix.Buffer.Slice(0, 5).ToArray();
        body.AdvanceTo(prefix.Buffer.Start);
        var length = (int)BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(1));
        var whole = await body.ReadAtLeastAsync(5 + length, _ended.Token);
        var message = whole.Buffer.Slice(5, length).ToArray();
        body.AdvanceTo(whole.Buffer.GetPosition(5 + length));
        return message;
    }

    /// <summary>Version and nonce are fields 1 and 5 of both kinds of response; resources are not looked at, so that it
    /// is the server that is measured.</summary>
    private static (string Version, string Nonce) Read(byte[] message)
    {
        var input = new CodedInputStream(message);
        var (version, nonce) = (string.Empty, string.Empty);
        while (input.ReadTag() is var tag && tag != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    version = input.ReadString();
                    break;
                case 5:
                    nonce = input.ReadString();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return (version, nonce);
    }

    private byte[] Request(Node? node, string version, string nonce) => _isDelta
        ? new DeltaDiscoveryRequest { Node = node, TypeUrl = XdsType.Cluster.Url, ResponseNonce = nonce }.ToByteArray()
        : new DiscoveryRequest
        {
            Node = node,
            TypeUrl = XdsType.Cluster.Url,
            VersionInfo = version,
            ResponseNonce = nonce
        }.ToByteArray();

    /// <summary>A request body that goes on while the response is read.</summary>
    private sealed class RequestStream : HttpContent
    {
        private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));

        public RequestStream() => Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

        public async Task SendAsync(byte[] message)
        {
            var frame = new byte[message.Length + 5];
            BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
            message.CopyTo(frame, 5);
            await _pipe.Writer.WriteAsync(frame);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            while (true)
            {
                var result = await _pipe.Reader.ReadAsync(cancellationToken);
                foreach (var segment in result.Buffer)
                {
                    await stream.WriteAsync(segment, cancellationToken);
                }

                await stream.FlushAsync(cancellationToken);
                _pipe.Reader.AdvanceTo(result.Buffer.End);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = -1;
            return false;
        }
    }
}
