using System.Collections.Immutable;
using System.Net;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Expressions;
using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Labels;

namespace Jumpgate.Policy.Tests.Snapshots;

/// <summary>Documents in code. Every location is different, so that tests can tell deciding rules apart.</summary>
internal static class Build
{
    private static int _line;

    public static SourceLocation Here() => new("policy.yaml", Interlocked.Increment(ref _line));

    public static PolicyDocument Document(string name, params PolicyRule[] rules) => new()
    {
        Location = Here(),
        Clusterwide = true,
        Namespace = null,
        Name = name,
        Rules = [.. rules],
    };

    public static PolicyRule For(string selector) => new() { Location = Here(), EndpointSelector = Selector(selector) };

    public static PolicyRule Ingress(string selector, params RuleEntry[] entries) =>
        For(selector) with { Ingress = [.. entries] };

    public static PolicyRule Egress(string selector, params RuleEntry[] entries) =>
        For(selector) with { Egress = [.. entries] };

    public static PolicyRule IngressDeny(string selector, params RuleEntry[] entries) =>
        For(selector) with { IngressDeny = [.. entries] };

    public static RuleEntry Entry(PeerSet? peers = null, params PortRule[] ports) => new()
    {
        Location = Here(),
        Peers = peers,
        Ports = ports.Length == 0 ? null : [.. ports],
    };

    public static EndpointPeers Endpoints(params string[] selectors) => new([.. selectors.Select(Selector)]);

    public static EntityPeers Entities(params Entity[] entities) => new([.. entities]);

    /// <summary>
    /// Prefixes as <c>10.0.0.0/8</c> or <c>10.0.0.0/8-10.1.0.0/16-10.2.0.0/16</c>, what follows the first being
    /// exceptions.
    /// </summary>
    public static CidrPeers Cidrs(params string[] prefixes) => new([.. prefixes.Select(text =>
    {
        var parts = text.Split('-').Select(IPNetwork.Parse).ToArray();
        return new CidrPeer(parts[0], [.. parts[1..]]);
    })]);

    /// <summary>Ports as <c>80/tcp</c>, <c>80-90</c>, <c>web/udp</c>, <c>0</c>; no protocol is ANY.</summary>
    public static PortRule Ports(params string[] ports) => new() { Location = Here(), Ports = [.. ports.Select(Port)] };

    public static PortRule HttpPorts(string port, params HttpRule[] rules) => Ports(port) with { Http = [.. rules] };

    public static HttpRule Request(string? method = null, string? path = null, string? host = null) => new()
    {
        Location = Here(),
        Method = Expression(method),
        Path = Expression(path),
        Host = Expression(host),
    };

    public static PortRule KafkaPorts(string port, params string[] rules) =>
        Ports(port) with { Kafka = [.. rules.Select(Kafka)] };

    /// <summary>Rules as <c>role=produce topic=a* client=c version=3 group=g txn=x</c> or <c>api=Fetch topic=a</c>;
    /// empty has no condition.</summary>
    public static KafkaRule Kafka(string text)
    {
        var rule = new KafkaRule { Location = Here() };
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w.Split('=', 2)))
        {
            rule = word[0] switch
            {
                "role" => rule with { Role = Enum.Parse<KafkaRole>(word[1], ignoreCase: true) },
                "api" => rule with { Api = Enum.Parse<KafkaApi>(word[1]) },
                "version" => rule with { Version = short.Parse(word[1]) },
                "client" => rule with { ClientId = word[1] },
                "topic" => rule with { Topic = KafkaName.Parse(word[1]) },
                "group" => rule with { Group = KafkaName.Parse(word[1]) },
                "txn" => rule with { TransactionalId = KafkaName.Parse(word[1]) },
                _ => throw new ArgumentException(text, nameof(text)),
            };
        }

        return rule;
    }

    /// <summary>Selectors as <c>org=empire class!=x app !gone k8s:role=a|b</c>; empty selects everything.</summary>
    public static LabelSelector Selector(string text) =>
        new([.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Requirement)]);

    private static Re2Expression? Expression(string? pattern) => pattern is null
        ? null
        : Re2Compiler.TryCompile(pattern, out var expression, out var error)
            ? expression
            : throw new ArgumentException(error.ToString(), nameof(pattern));

    private static LabelRequirement Requirement(string text)
    {
        var (source, rest) = text.TrimStart('!').Split(':', 2) is [var s, var r] ? (s, r) : (null, text.TrimStart('!'));
        if (text.StartsWith('!'))
        {
            return new LabelRequirement(source, rest, LabelOperator.DoesNotExist, []);
        }

        var not = rest.Contains("!=", StringComparison.Ordinal);
        var parts = rest.Split(not ? "!=" : "=", 2);
        return parts.Length == 1
            ? new LabelRequirement(source, rest, LabelOperator.Exists, [])
            : new LabelRequirement(source, parts[0], not
                ? LabelOperator.NotIn : LabelOperator.In, [.. parts[1].Split('|')]);
    }

    private static PortSpec Port(string text)
    {
        var parts = text.Split('/');
        L4Protocol? protocol = parts.Length == 1 ? null : Enum.Parse<L4Protocol>(parts[1], ignoreCase: true);
        if (!char.IsAsciiDigit(parts[0][0]))
        {
            return new PortSpec(0, 0, parts[0], protocol);
        }

        var range = parts[0].Split('-').Select(ushort.Parse).ToArray();
        return new PortSpec(range[0], range[^1], null, protocol);
    }
}
