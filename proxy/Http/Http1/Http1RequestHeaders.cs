using System.Diagnostics.CodeAnalysis;
using System.Text;
using Jumpgate.Policy.Http;

namespace Jumpgate.Http.Http1;

/// <summary>The headers that will be forwarded, as the rules see them.</summary>
/// <param name="bytes">The head's bytes; asked for at each look-up, since the buffer behind them may move.</param>
public sealed class Http1RequestHeaders(Http1RequestHead head, Func<ReadOnlyMemory<byte>> bytes) : IRequestHeaders
{
    public bool TryGet(string name, [NotNullWhen(true)] out string? value)
    {
        ArgumentNullException.ThrowIfNull(name);
        value = null;
        var span = bytes().Span;
        Span<byte> wanted = stackalloc byte[Math.Min(name.Length, 256)];
        if (name.Length > wanted.Length)
        {
            return false;
        }

        Encoding.Latin1.GetBytes(name, wanted);
        var fields = head.Fields;
        for (var i = 0; i < fields.Count; i++)
        {
            if (!fields.IsRemoved(i) && HeaderFields.Same(fields.Name(i, span), wanted))
            {
                var text = Encoding.Latin1.GetString(fields.Value(i, span));
                value = value is null ? text : $"{value},{text}";
            }
        }

        return value is not null;
    }
}
