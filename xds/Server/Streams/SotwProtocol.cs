using Envoy.Config.Core.V3;
using Envoy.Service.Discovery.V3;
using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Streams;

internal sealed class SotwProtocol(XdsServerOptions options) : IDiscoveryProtocol<DiscoveryRequest, SotwType>
{
    public string Name => "sotw";

    public Node? NodeOf(DiscoveryRequest request) => request.Node;

    public string TypeUrlOf(DiscoveryRequest request) => request.TypeUrl;

    public SotwType Create(XdsType type) => new(type, options.Time);

    public void Accept(SotwType type, DiscoveryRequest request) => type.Accept(request);

    public EncodedResponse Encode(string typeUrl, Content content, string nonce) =>
        EncodedResponse.Sotw(typeUrl, content, nonce, options.Identifier);
}
