using Jumpgate.Xds.Resources;

namespace Jumpgate.Xds.Streams;

/// <summary>What a client lacks of one type.</summary>
/// <param name="Changed">New to the client, or of another version.</param>
/// <param name="Absent">Named, not there, and the client was not told so.</param>
/// <param name="Removed">The client has them; they are gone.</param>
internal sealed record Plan(
    ResourceSet Set, IReadOnlyList<XdsResource> Changed, IReadOnlyList<string> Absent, IReadOnlyList<string> Removed)
{
    public static Plan Nothing(ResourceSet set) => new(set, [], [], []);
}
