using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Streams;

/// <summary>What one response says; the nonce is added when it is sent.</summary>
internal sealed record Content(string Version, IReadOnlyList<XdsResource> Resources, IReadOnlyList<string> Removed);
