using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Jumpgate.Xds.Nodes;

/// <summary>Whether a client's certificate may speak as a node.</summary>
internal static class NodeIdentity
{
    private const string SubjectAlternativeName = "2.5.29.17";
    private static readonly Asn1Tag DnsTag = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>
    /// A subject alternative name (RFC 5280, 4.2.1.6) is the ID, or is <c>spiffe://trustDomain/node/ID</c>. The
    /// subject's common name says nothing.
    /// </summary>
    public static bool MaySpeakAs(X509Certificate2 certificate, string nodeId, string? trustDomain)
    {
        var spiffe = trustDomain is null ? null : $"spiffe://{trustDomain}/node/{nodeId}";
        return NamesOf(certificate).Any(n => n == nodeId || n == spiffe);
    }

    /// <summary>The IDs that <see cref="MaySpeakAs"/> grants, those of the trust domain first.</summary>
    public static IEnumerable<string> NodesOf(X509Certificate2 certificate, string? trustDomain)
    {
        var names = NamesOf(certificate);
        var prefix = $"spiffe://{trustDomain}/node/";
        return trustDomain is null
            ? names
            : names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal) && n.Length > prefix.Length)
                .Select(n => n[prefix.Length..]).Concat(names);
    }

    public static IReadOnlyList<string> NamesOf(X509Certificate2 certificate)
    {
        var names = new List<string>();
        foreach (var extension in certificate.Extensions.Where(e => e.Oid?.Value == SubjectAlternativeName))
        {
            var entries = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (entries.HasData)
            {
                var tag = entries.PeekTag();
                if (tag.HasSameClassAndValue(DnsTag) || tag.HasSameClassAndValue(UriTag))
                {
                    names.Add(entries.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                }
                else
                {
                    entries.ReadEncodedValue();
                }
            }
        }

        return names;
    }
}
