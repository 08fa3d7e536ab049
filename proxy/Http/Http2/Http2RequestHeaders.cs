using System.Diagnostics.CodeAnalysis;
using Jumpgate.Policy.Http;
using Microsoft.AspNetCore.Http;

namespace Jumpgate.Http.Http2;

/// <summary>Kestrel's headers as the rules see them: regular fields, and Host with the value of :authority.</summary>
internal sealed class Http2RequestHeaders(IHeaderDictionary headers) : IRequestHeaders
{
    public bool TryGet(string name, [NotNullWhen(true)] out string? value)
    {
        value = headers.TryGetValue(name, out var values) && values.Count > 0 ? values.ToString() : null;
        return value is not null;
    }
}
