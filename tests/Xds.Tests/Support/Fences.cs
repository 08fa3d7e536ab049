using Google.Protobuf.WellKnownTypes;
using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Tests.Support;

/// <summary>
/// Resources of a type that the server does not know, for clients that want to know whether anything else comes: it is
/// sent after all that may be sent.
/// </summary>
internal static class Fences
{
    public static XdsType Type { get; } = XdsType.Of("type.googleapis.com/google.protobuf.StringValue");

    private static readonly XdsResource[] All =
        [.. Enumerable.Range(0, 8).Select(i => XdsResource.Create($"fence-{i}", new StringValue { Value = $"{i}" }))];

    public static XdsSnapshot Snapshot(params IEnumerable<XdsResource> resources) =>
        Deathstar.Snapshot([.. All, .. resources]);
}
