using System.Collections.Immutable;
using System.Text;
using Jumpgate.Http.Connections;
using Jumpgate.Policy.Http;

namespace Jumpgate.Http.Http1;

/// <summary>Writes forwarded heads: as received, in the order received, without what ends at this hop.</summary>
internal static class HeadWriter
{
    /// <param name="target">What was judged.</param>
    public static void WriteRequest(
        SocketOutput to,
        Http1RequestHead request,
        ReadOnlySpan<byte> head,
        string? target,
        ImmutableArray<HeaderMutation> mutations)
    {
        var plain = target is null && !request.Fields.HasRemoved && mutations.IsDefaultOrEmpty && request.IsHttp11;
        if (plain)
        {
            to.Write(head);
            return;
        }

        to.Write(request.Method);
        to.Write(" "u8);
        to.Write(target is null ? request.Target : target);
        to.Write(request.IsHttp11 ? " HTTP/1.1\r\n"u8 : " HTTP/1.0\r\n"u8);
        for (var i = 0; i < request.Fields.Count; i++)
        {
            if (!request.Fields.IsRemoved(i) && !IsMutated(request.Fields.Name(i, head), mutations))
            {
                to.Write(request.Fields.Line(i, head));
            }
        }

        WriteMutations(to, request, head, mutations);
        if (request.Framing.Kind == BodyKind.Chunked)
        {
            to.Write("Transfer-Encoding: chunked\r\n"u8);
        }

        if (request.Upgrade.Length > 0)
        {
            to.Write("Connection: Upgrade\r\nUpgrade: "u8);
            to.Write(request.Upgrade);
            to.Write("\r\n"u8);
        }
        else if (!request.IsHttp11)
        {
            to.Write("Connection: close\r\n"u8);
        }

        to.Write("\r\n"u8);
    }

    /// <param name="chunked">The client gets the body in chunks.</param>
    /// <param name="close">The connection to the client ends with this response.</param>
    public static void WriteResponse(
        SocketOutput to, Http1ResponseHead response, ReadOnlySpan<byte> head, bool chunked, bool close, bool isHttp11)
    {
        if (response.IsPlain && response.IsHttp11 && !close && !chunked)
        {
            to.Write(head);
            return;
        }

        to.Write("HTTP/1.1"u8);
        to.Write(head[8..response.StatusLineLength]);
        for (var i = 0; i < response.Fields.Count; i++)
        {
            if (!response.Fields.IsRemoved(i))
            {
                to.Write(response.Fields.Line(i, head));
            }
        }

        if (chunked)
        {
            to.Write("Transfer-Encoding: chunked\r\n"u8);
        }

        if (response.Status == 101)
        {
            WriteUpgrade(to, response, head);
        }
        else if (response.Status >= 200 && close && isHttp11)
        {
            to.Write("Connection: close\r\n"u8);
        }

        to.Write("\r\n"u8);
    }

    private static void WriteUpgrade(SocketOutput to, Http1ResponseHead response, ReadOnlySpan<byte> head)
    {
        to.Write("Connection: Upgrade\r\n"u8);
        for (var i = 0; i < response.Fields.Count; i++)
        {
            if (HeaderFields.Same(response.Fields.Name(i, head), "upgrade"u8))
            {
                to.Write(response.Fields.Line(i, head));
            }
        }
    }

    private static bool IsMutated(ReadOnlySpan<byte> name, ImmutableArray<HeaderMutation> mutations)
    {
        if (mutations.IsDefaultOrEmpty)
        {
            return false;
        }

        foreach (var mutation in mutations)
        {
            if (Ascii.EqualsIgnoreCase(name, mutation.Name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Header actions, in order, on the values that came.</summary>
    private static void WriteMutations(
        SocketOutput to, Http1RequestHead request, ReadOnlySpan<byte> head, ImmutableArray<HeaderMutation> mutations)
    {
        if (mutations.IsDefaultOrEmpty)
        {
            return;
        }

        foreach (var name in mutations.Select(m => m.Name).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var values = new List<string>();
            for (var i = 0; i < request.Fields.Count; i++)
            {
                if (!request.Fields.IsRemoved(i) && Ascii.EqualsIgnoreCase(request.Fields.Name(i, head), name))
                {
                    values.Add(Encoding.Latin1.GetString(request.Fields.Value(i, head)));
                }
            }

            foreach (var mutation in mutations)
            {
                if (string.Equals(mutation.Name, name, StringComparison.OrdinalIgnoreCase))
                {
                    mutation.Apply(values);
                }
            }

            foreach (var value in values)
            {
                to.Write(name);
                to.Write(": "u8);
                to.Write(value);
                to.Write("\r\n"u8);
            }
        }
    }
}
