using System.Diagnostics.CodeAnalysis;

namespace Jumpgate.Policy.Http;

/// <summary>The request's headers as a filter holds them.</summary>
public interface IRequestHeaders
{
    /// <summary>Values of <paramref name="name"/> (compared without case) in order, joined with a comma.</summary>
    bool TryGet(string name, [NotNullWhen(true)] out string? value);
}
