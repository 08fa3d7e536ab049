namespace Jumpgate.Policy.Identities;

/// <summary>Gives numbers to label sets, CIDR prefixes and groups, and remembers them. Not thread-safe: one builder owns it.</summary>
public sealed class IdentityAllocator
{
}
