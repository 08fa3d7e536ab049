using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Status;

/// <summary>One resource that was sent on a stream.</summary>
/// <param name="State">Synced or stale: the client has it. Rejected: it was sent this, and has what it had before.
/// Waiting: it has not answered.</param>
/// <param name="Error">What the client said when it refused.</param>
public sealed record HeldResource(XdsResource Resource, TypeSync State, string? Error);
