using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Jumpgate.Policy.Http;

namespace Jumpgate.Agent.ControlPlane.Authorization;

/// <summary>
/// Header actions of matched rules as ext_authz can say them: what a header is to be, or that it goes. Not "append":
/// Envoy appends only to a header that is there.
/// </summary>
internal sealed record HeaderChanges(ImmutableArray<(string Name, string Value)> Set, ImmutableArray<string> Remove)
{
    public static HeaderChanges None { get; } = new([], []);

    /// <param name="why">Where they cannot be said: the request would not be what the rules make of it.</param>
    public static bool TryMake(
        ImmutableArray<HeaderMutation> mutations, CheckHeaders headers, [NotNullWhen(true)] out HeaderChanges? changes,
        out string? why)
    {
        changes = None;
        why = null;
        if (mutations.IsEmpty)
        {
            return true;
        }

        var set = ImmutableArray.CreateBuilder<(string, string)>();
        var remove = ImmutableArray.CreateBuilder<string>();
        foreach (var header in mutations.GroupBy(m => m.Name, StringComparer.OrdinalIgnoreCase))
        {
            var value = header.Aggregate(headers.Find(header.Key), (before, mutation) => mutation.Kind switch
            {
                HeaderMutationKind.Delete => null,
                HeaderMutationKind.Replace => mutation.Value ?? string.Empty,
                _ => before is null ? mutation.Value ?? string.Empty : $"{before},{mutation.Value}",
            });
            why = value is null ? null
                : headers.IsUncertain(header.Key) && header.All(m => m.Kind == HeaderMutationKind.Add)
                    ? $"the header {header.Key} cannot be added to, since its bytes are not known: set encode_raw_headers"
                : value.Any(c => c is < ' ' or > '~' and not '\t')
                    ? $"the header {header.Key} cannot be set through ext_authz: its new value is not printable ASCII"
                : null;
            if (why is not null)
            {
                changes = null;
                return false;
            }

            if (value is null)
            {
                remove.Add(header.Key);
            }
            else
            {
                set.Add((header.Key, value));
            }
        }

        changes = new HeaderChanges(set.ToImmutable(), remove.ToImmutable());
        return true;
    }
}
