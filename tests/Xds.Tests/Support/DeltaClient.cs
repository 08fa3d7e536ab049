using Envoy.Config.Core.V3;
using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Tests.Support;

/// <summary>An incremental client that does exactly what the test says.</summary>
internal sealed class DeltaClient : IAsyncDisposable
{
    private readonly RawCall _call;
    private bool _named;
    private int _fences;

    private DeltaClient(RawCall call) => _call = call;

    public RawCall Call => _call;

    public static DeltaClient Open(XdsServer server, string path = Paths.DeltaAds) =>
        new(RawCall.Open(RawCall.Http(server.Address.Port), path));

    public Task SubscribeAsync(XdsType type, params string[] names) => RequestAsync(type, subscribe: names);

    public Task AckAsync(DeltaDiscoveryResponse response) => RequestAsync(XdsType.Of(response.TypeUrl), response.Nonce);

    public Task NackAsync(DeltaDiscoveryResponse response, string reason) =>
        RequestAsync(XdsType.Of(response.TypeUrl), response.Nonce, error: reason);

    public Task RequestAsync(
        XdsType type, string nonce = "", string[]? subscribe = null, string[]? unsubscribe = null, string? error = null,
        Dictionary<string, string>? initial = null)
    {
        var request = new DeltaDiscoveryRequest
        {
            TypeUrl = type.Url,
            ResponseNonce = nonce,
            ErrorDetail = error is null ? null : new Google.Rpc.Status { Code = 13, Message = error },
            ResourceNamesSubscribe = { subscribe ?? [] },
            ResourceNamesUnsubscribe = { unsubscribe ?? [] },
            InitialResourceVersions = { initial ?? [] },
        };
        if (!_named)
        {
            request.Node = new Node { Id = "tiefighter" };
            _named = true;
        }

        return _call.SendAsync(request.ToByteArray());
    }

    public async Task<DeltaDiscoveryResponse> NextAsync()
    {
        var next = await _call.NextAsync();
        return next is { } frame
            ? DeltaDiscoveryResponse.Parser.ParseFrom(frame.Message)
            : throw new InvalidOperationException($"the stream has ended: {await _call.StatusAsync()}");
    }

    public async Task<DeltaDiscoveryResponse> NextAsync(XdsType type)
    {
        var response = await NextAsync();
        Assert.Equal(type.ShortName, XdsType.Of(response.TypeUrl).ShortName);
        return response;
    }

    /// <summary>Takes the next response and accepts it.</summary>
    public async Task<DeltaDiscoveryResponse> AcceptAsync(XdsType type)
    {
        var response = await NextAsync(type);
        await AckAsync(response);
        return response;
    }

    /// <inheritdoc cref="SotwClient.NothingAsync"/>
    public async Task NothingAsync()
    {
        var name = $"fence-{_fences++}";
        await SubscribeAsync(Fences.Type, name);
        Assert.Equal(name, (await AcceptAsync(Fences.Type)).Names());
    }

    public async ValueTask DisposeAsync() => await _call.DisposeAsync();
}
