using System.Collections.Immutable;
using System.Net;

namespace Jumpgate.EnvoyConfig.Policies;

/// <summary>The addresses of a prefix but for those of others inside it, which mean something else.</summary>
public sealed record Region(IPNetwork Prefix, ImmutableArray<IPNetwork> Except);
