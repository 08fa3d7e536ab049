using Envoy.Config.Core.V3;
using Envoy.Service.Discovery.V3;
using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Streams;

internal sealed class DeltaProtocol(XdsServerOptions options) : IDiscoveryProtocol<DeltaDiscoveryRequest, DeltaType>
{
    public string Name => "delta";

    public Node? NodeOf(DeltaDiscoveryRequest request) => request.Node;

    public string TypeUrlOf(DeltaDiscoveryRequest request) => request.TypeUrl;

    public DeltaType Create(XdsType type) => new(type, options.Time);

    public void Accept(DeltaType type, DeltaDiscoveryRequest request) => type.Accept(request);

    public EncodedResponse Encode(string typeUrl, Content content, string nonce) =>
        EncodedResponse.Delta(typeUrl, content, nonce, options.Identifier);
}
