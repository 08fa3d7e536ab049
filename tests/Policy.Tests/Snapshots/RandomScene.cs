using Jumpgate.Policy.Documents;
using static Jumpgate.Policy.Tests.Snapshots.Build;

namespace Jumpgate.Policy.Tests.Snapshots;

/// <summary>Small worlds with many collisions: few labels, few ports, nested prefixes, every kind of entry.</summary>
internal sealed class RandomScene
{
    private const string NamespaceLabel = "k8s:io.kubernetes.pod.namespace";
    private static readonly string[] Selectors =
        ["", "a=1", "a=2", "b", "!b", "a!=1", "a=1|2", "a=1 b=x", "k8s:b=x", $"{NamespaceLabel}=n1", "reserved:host"];

    private static readonly string[] PortTexts =
        ["80/tcp", "80", "53/udp", "0", "0/tcp", "0/udp", "79-81/tcp", "80-90", "web", "web/tcp", "dns/udp",
            "81-81/tcp"];

    private static readonly string[] Prefixes =
        ["10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/8-10.1.0.0/16", "0.0.0.0/0", "0.0.0.0/0-10.0.0.0/8",
            "2001:db8:1::/48", "::/0",
            "10.1.2.3/32", "192.0.2.0/24"];

    private readonly Random _random;

    public RandomScene(int seed)
    {
        _random = new Random(seed);
        for (var i = 0; i < 6; i++)
        {
            Scene.Workload($"w{i}", Labels(), $"192.0.2.{10 + i}", PortMap());
        }

        for (var i = _random.Next(1, 6); i > 0; i--)
        {
            Documents.Add(Build.Document($"d{i}", [.. Many(1, 2, Rule)]) with
            {
                Audit = _random.Next(4) == 0,
                Clusterwide = false,
                Namespace = Pick("n1", "n2", null, null),
            });
            Scene.Document(Documents[^1]);
        }
    }

    public Scene Scene { get; } = new();

    public List<PolicyDocument> Documents { get; } = [];

    public static string[] Peers { get; } =
        ["192.0.2.10", "192.0.2.11", "192.0.2.12", "192.0.2.13", "192.0.2.14", "192.0.2.15", "192.0.2.1",
            "8.8.8.8", "10.0.0.1",
            "10.1.0.1", "10.1.2.3", "192.0.2.200", "2001:db8:1::1", "2001:db8:2::1", "fe80::1"];

    private string Labels() => string.Join(' ', new[]
    {
        Pick("a=1", "a=2", "a=3", ""), Pick("b=x", "k8s:b=x", ""),
            Pick($"{NamespaceLabel}=n1", $"{NamespaceLabel}=n2", ""),
    });

    private string PortMap() => Pick("", "", "web=80", "web=8080", "web=80 dns=53", "dns=80")!;

    private PolicyRule Rule() => For(Pick(Selectors[..10])!) with
    {
        Ingress = Entries(allow: true),
        Egress = Entries(allow: true),
        IngressDeny = _random.Next(3) == 0 ? Entries(allow: false) : null,
        EgressDeny = _random.Next(3) == 0 ? Entries(allow: false) : null,
        DefaultDenyIngress = Pick<bool?>(null, null, null, true, false),
        DefaultDenyEgress = Pick<bool?>(null, null, null, true, false),
    };

    private System.Collections.Immutable.ImmutableArray<RuleEntry>? Entries(bool allow) =>
        _random.Next(4) == 0 ? null : [.. Many(0, 3, () => Entry(PeerSet(), [.. Many(0, 2, () => Port(allow))]))];

    /// <summary>Kafka on ports of its own: beside HTTP, documents are refused before there is a snapshot.</summary>
    private PortRule Port(bool allow) => allow && _random.Next(6) == 0
        ? KafkaPorts(Pick("53/tcp", "8080/tcp", "8080-8090/tcp")!, Pick("role=produce topic=a", "topic=*", "")!)
        : allow && _random.Next(3) == 0
        ? HttpPorts(Pick("80/tcp", "web/tcp", "79-81/tcp")!, Request(Pick("GET", "PUT", null)))
        : Ports([.. Many(1, 2, () => Pick(PortTexts)!)]);

    private PeerSet? PeerSet() => _random.Next(7) switch
    {
        0 or 1 => null,
        2 or 3 => Endpoints([.. Many(0, 2, () => Pick(Selectors)!)]),
        4 => Entities([.. Many(1, 2, () => Pick(Enum.GetValues<Entity>()))]),
        _ => Cidrs([.. Many(1, 2, () => Pick(Prefixes)!)]),
    };

    private T? Pick<T>(params T?[] items) => items[_random.Next(items.Length)];

    private List<T> Many<T>(int least, int most, Func<T> make) =>
        Enumerable.Range(0, _random.Next(least, most + 1)).Select(_ => make()).ToList();
}
