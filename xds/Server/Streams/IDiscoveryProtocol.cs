using Envoy.Config.Core.V3;
using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Streams;

/// <summary>What differs between the state of the world and delta.</summary>
internal interface IDiscoveryProtocol<TRequest, TType>
    where TType : TypeState
{
    /// <summary><c>sotw</c> or <c>delta</c>.</summary>
    string Name { get; }

    Node? NodeOf(TRequest request);

    string TypeUrlOf(TRequest request);

    TType Create(XdsType type);

    void Accept(TType type, TRequest request);

    EncodedResponse Encode(string typeUrl, Content content, string nonce);
}
