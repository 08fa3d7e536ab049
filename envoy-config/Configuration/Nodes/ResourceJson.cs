using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Resources;
using Jumpgate.Xds.Resources;

namespace Jumpgate.EnvoyConfig.Nodes;

/// <summary>
/// Resources as people read them: proto JSON with Envoy's field names, and what is packed inside shown with its type.
/// </summary>
public static class ResourceJson
{
    private static readonly JsonFormatter Formatter = new(
        JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true).WithTypeRegistry(EnvoyTypes.Registry));

    public static JsonObject Of(IMessage message) => Parse(Formatter.Format(Deterministic.Pack(message)));

    public static JsonObject Of(XdsResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        var packed = new Any { TypeUrl = resource.TypeUrl, Value = UnsafeByteOperations.UnsafeWrap(resource.Value) };
        return Parse(Formatter.Format(packed));
    }

    /// <summary>Not a resource, so that it has no type of its own: a bootstrap.</summary>
    public static JsonObject Untyped(IMessage message) => Parse(Formatter.Format(message));

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
