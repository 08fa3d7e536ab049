namespace Jumpgate.Policy.Documents.Reading;

/// <summary>
/// Fields that Cilium has, that would change enforcement, and that are not enforced: each with its own reason.
/// </summary>
internal static class RefusedFields
{
    private const string Requires =
        "is not enforced (deprecated in Cilium); put the labels into the selectors of the peers instead";

    private const string Groups =
        "is not enforced: cloud provider groups are not resolved; list the addresses as CIDRs";

    private const string Nodes = "is not enforced: nodes are not selected by labels; use the entity host or CIDRs";

    private const string Icmps = "is not enforced: ICMP follows the peers of an entry; leave it out";

    private const string Authentication = "is not enforced: mutual authentication is not available";

    private const string Tls = "is not enforced: TLS is not terminated or originated here";

    public static IReadOnlyDictionary<string, string> Spec { get; } = new Dictionary<string, string>
    {
        ["nodeSelector"] = "is not enforced: policies protect workloads, not nodes; use endpointSelector",
    };

    public static IReadOnlyDictionary<string, string> IngressEntry { get; } = EntryFields("from", new()
    {
        ["fromRequires"] = Requires,
        ["fromGroups"] = Groups,
        ["fromNodes"] = Nodes,
        ["fromFQDNs"] = "does not exist: names are no peers of ingress; use fromCIDR",
    });

    public static IReadOnlyDictionary<string, string> EgressEntry { get; } = EntryFields("to", new()
    {
        ["toRequires"] = Requires,
        ["toGroups"] = Groups,
        ["toNodes"] = Nodes,
        ["toServices"] = "is not enforced: Kubernetes services are not known here; use toEndpoints or toCIDR",
        ["toFQDNs"] = "is not enforced yet: DNS names are not resolved; use toCIDR",
    });

    public static IReadOnlyDictionary<string, string> Cidr { get; } = new Dictionary<string, string>
    {
        ["cidrGroupRef"] = "is not enforced: CiliumCIDRGroup is not known here; write the prefixes as cidr",
        ["cidrGroupSelector"] = "is not enforced: CiliumCIDRGroup is not known here; write the prefixes as cidr",
    };

    public static IReadOnlyDictionary<string, string> Port { get; } = new Dictionary<string, string>
    {
        ["terminatingTLS"] = Tls,
        ["originatingTLS"] = Tls,
        ["serverNames"] = "is not enforced yet: the TLS server name (SNI) is not read",
        ["listener"] = "is not enforced: there are no custom Envoy listeners here",
    };

    public static IReadOnlyDictionary<string, string> L7 { get; } = new Dictionary<string, string>
    {
        ["dns"] = "DNS rules are not enforced yet",
        ["l7"] = "is not enforced: there are no parser plug-ins here; use http or kafka",
        ["l7proto"] = "is not enforced: there are no parser plug-ins here; use http or kafka",
    };

    public static IReadOnlyDictionary<string, string> HeaderMatch { get; } = new Dictionary<string, string>
    {
        ["headerMatchType"] = "is not enforced: values are compared exactly; leave it out",
    };

    /// <summary>What both directions refuse, and the other direction's fields.</summary>
    private static Dictionary<string, string> EntryFields(string prefix, Dictionary<string, string> fields)
    {
        var (other, here, there) = prefix == "from" ? ("to", "ingress", "egress") : ("from", "egress", "ingress");
        fields["icmps"] = Icmps;
        fields["authentication"] = Authentication;
        foreach (var kind in new[] { "Endpoints", "Entities", "CIDR", "CIDRSet", "Requires", "Groups", "Nodes" })
        {
            fields[other + kind] = $"belongs to {there}, not {here}; here it is {prefix}{kind}";
        }

        if (other == "to")
        {
            fields["toServices"] = fields["toFQDNs"] = "belongs to egress, not ingress";
        }
        else
        {
            fields["fromPorts"] = "does not exist; ports are toPorts in both directions";
        }

        return fields;
    }
}
