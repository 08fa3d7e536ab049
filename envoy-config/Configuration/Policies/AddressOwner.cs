using Jumpgate.Policy.Identities;

namespace Jumpgate.EnvoyConfig.Policies;

/// <summary>Whose the addresses of a prefix are.</summary>
/// <param name="Former">
/// Whose they were for nodes that may not have heard of the change. The owner then gets what both of them would: never
/// what is his alone, which nodes would add to what they still grant to the other.
/// </param>
internal readonly record struct AddressOwner(PolicyGroup Group, PolicyGroup? Former);
