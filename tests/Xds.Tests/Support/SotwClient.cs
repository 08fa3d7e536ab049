using Envoy.Config.Core.V3;
using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Tests.Support;

/// <summary>A state-of-the-world client that does exactly what the test says.</summary>
internal sealed class SotwClient : IAsyncDisposable
{
    private readonly RawCall _call;
    private bool _named;
    private int _fences;
    private string _fenceNonce = string.Empty;

    private SotwClient(RawCall call) => _call = call;

    public string Node { get; init; } = "tiefighter";

    public RawCall Call => _call;

    public static SotwClient Open(XdsServer server, string path = Paths.Ads, string node = "tiefighter") =>
        new(RawCall.Open(RawCall.Http(server.Address.Port), path)) { Node = node };

    public static SotwClient Open(HttpClient http, string node) => new(RawCall.Open(http, Paths.Ads)) { Node = node };

    /// <summary>A first request.</summary>
    public Task SubscribeAsync(XdsType type, params string[] names) => RequestAsync(type, null, null, names);

    /// <summary>The same type again: its last response's nonce, and what is wanted from now on.</summary>
    public Task AckAsync(DiscoveryResponse response, params string[] names) =>
        RequestAsync(XdsType.Of(response.TypeUrl), response.Nonce, null, names, response.VersionInfo);

    public Task NackAsync(DiscoveryResponse response, string version, string reason, params string[] names) =>
        RequestAsync(XdsType.Of(response.TypeUrl), response.Nonce, reason, names, version);

    public Task RequestAsync(XdsType type, string? nonce, string? error, string[] names, string version = "")
    {
        var request = new DiscoveryRequest
        {
            TypeUrl = type.Url,
            ResponseNonce = nonce ?? string.Empty,
            VersionInfo = version,
            ErrorDetail = error is null ? null : new Google.Rpc.Status { Code = 13, Message = error },
            ResourceNames = { names },
        };
        if (!_named)
        {
            request.Node = new Node { Id = Node, Cluster = "empire", UserAgentName = "bench", UserAgentVersion = "1" };
            _named = true;
        }

        return _call.SendAsync(request.ToByteArray());
    }

    public async Task<DiscoveryResponse> NextAsync()
    {
        var next = await _call.NextAsync();
        return next is { } frame
            ? DiscoveryResponse.Parser.ParseFrom(frame.Message)
            : throw new InvalidOperationException($"the stream has ended: {await _call.StatusAsync()}");
    }

    /// <summary>The next response, which must be of that type.</summary>
    public async Task<DiscoveryResponse> NextAsync(XdsType type)
    {
        var response = await NextAsync();
        Assert.Equal(type.ShortName, XdsType.Of(response.TypeUrl).ShortName);
        return response;
    }

    /// <summary>
    /// Proves that nothing else is on its way: asks for something that waits for nothing and comes after all else.
    /// Snapshots made by <see cref="Fences"/> have them.
    /// </summary>
    public async Task NothingAsync()
    {
        var name = $"fence-{_fences++}";
        await RequestAsync(Fences.Type, _fenceNonce, null, [name]);
        var response = await NextAsync(Fences.Type);
        Assert.Single(response.Resources);
        _fenceNonce = response.Nonce;
        await AckAsync(response, name);
    }

    public async ValueTask DisposeAsync() => await _call.DisposeAsync();
}
