using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Streams;

namespace Jumpgate.Xds.Status;

/// <summary>One resource of one stream.</summary>
/// <param name="Resource">Null when the client has it from another stream, or when there is none of that name.</param>
internal sealed record ResourceStatus(
    XdsType Type, string Name, string Version, XdsResource? Resource, TypeSync State, DateTimeOffset? SentAt,
    Rejection? Error);
