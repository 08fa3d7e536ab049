using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Jumpgate.Policy.Http.Rules;

/// <summary>A request's headers as the sender's rules leave them: what the receiver's rules judge.</summary>
internal sealed class MutatedHeaders(IRequestHeaders original, ImmutableArray<HeaderMutation> mutations)
    : IRequestHeaders
{
    public bool TryGet(string name, [NotNullWhen(true)] out string? value)
    {
        if (!original.TryGet(name, out value))
        {
            value = null;
        }

        foreach (var mutation in mutations)
        {
            if (mutation.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                value = mutation.Kind switch
                {
                    HeaderMutationKind.Delete => null,
                    HeaderMutationKind.Replace => mutation.Value,
                    _ => value is null ? mutation.Value : $"{value},{mutation.Value}",
                };
            }
        }

        return value is not null;
    }
}
