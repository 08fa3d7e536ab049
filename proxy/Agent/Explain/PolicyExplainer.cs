using System.Collections.Immutable;
using System.Net;
using Jumpgate.Policy;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.Agent.Explain;

/// <summary>
/// Answers what would happen to a request, with the code that decides it in the agent: the same snapshot, the same
/// parser, the same normalisation, the same rules. Needs no privileges.
/// </summary>
public sealed class PolicyExplainer
{
    private const string Host = "host";

    /// <summary>Addresses of RFC 6666's discard prefix stand for those that only the node knows: a workload's that are
    /// found from its namespace, and the node's own.</summary>
    private static readonly byte[] Unknown = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private readonly PolicySnapshot _snapshot;
    private readonly Dictionary<string, (IPAddress Address, bool IsKnown)> _names = [];

    public PolicyExplainer(
        IEnumerable<WorkloadDefinition> workloads, ImmutableArray<PolicyDocument> documents, ISecretSource secrets)
    {
        ArgumentNullException.ThrowIfNull(workloads);
        var known = new List<Workload>();
        foreach (var definition in workloads)
        {
            var addresses = definition.Addresses.IsEmpty ? [StandIn(known.Count + 2)] : definition.Addresses;
            known.Add(new Workload
            {
                Name = definition.Name,
                Labels = definition.Labels,
                Addresses = addresses,
                Ports = definition.Ports,
            });
            _names[definition.Name] = (addresses[0], !definition.Addresses.IsEmpty);
        }

        _names.TryAdd(Host, (StandIn(1), false));
        _snapshot = PolicySnapshot.Create(1, known, documents, [StandIn(1)], new IdentityAllocator(), secrets);
    }

    /// <returns>Null with <paramref name="error"/> where the question itself is wrong.</returns>
    public ExplainAnswer? TryAnswer(ExplainQuestion question, out string? error)
    {
        ArgumentNullException.ThrowIfNull(question);
        error = question is { Request: not null, Kafka: not null }
            ? "--request and --kafka are two questions; ask one of them" : null;
        var kafka = question.Kafka is null || error is not null
            ? null : KafkaQuestion.TryParse(question.Kafka, out error);
        if (error is not null)
        {
            return null;
        }

        if (!TryFind(question.From, out var from) || !TryFind(question.To, out var to))
        {
            error = $"{(TryFind(question.From, out _) ? question.To : question.From)} is neither a workload of the file, nor "
                + $"{Host}, nor an address";
            return null;
        }

        var source = _snapshot.Lookup(from.Address);
        var destination = _snapshot.Lookup(to.Address);
        var policy = _snapshot.Resolve(source.Group, destination.Group, question.Protocol, question.Port);
        var answer = new Draft(
            Party(question.From, source), Party(question.To, destination),
            Describe("egress", question.From, source, policy.Egress),
            Describe("ingress", question.To, destination, policy.Ingress));
        if (policy.Verdict is not (L4Verdict.Allow or L4Verdict.Redirect))
        {
            var decision = policy.Egress.Verdict is L4Verdict.Allow or L4Verdict.Redirect
                ? policy.Ingress : policy.Egress;
            return answer.Finish(
                "DROPPED", Why(decision), (decision.Rule ?? decision.DefaultDenyBy)?.ToString(), "kernel");
        }

        var audit = policy.Egress.Audit ? policy.Egress : policy.Ingress.Audit ? policy.Ingress : null;
        if (policy.Verdict == L4Verdict.Allow)
        {
            return audit is null
                ? answer.Finish(
                    "ALLOWED", "allowed at L3/L4", (policy.Ingress.Rule ?? policy.Egress.Rule)?.ToString(), "kernel")
                : answer.Finish("AUDIT", "only a document in audit mode would drop it",
                    (audit.AuditRule ?? audit.DefaultDenyBy)?.ToString(), "kernel");
        }

        if (kafka is not null)
        {
            return Judge(kafka, policy, answer);
        }

        if (question.Request is null)
        {
            return answer.Finish(
                "ALLOWED", "L7 decides", (policy.Ingress.Rule ?? policy.Egress.Rule)?.ToString(), "proxy");
        }

        return Judge(
            question, policy, answer, $"{(to.IsKnown ? Bracket(to.Address) : question.To)}:{question.Port}", out error);
    }

    private static ExplainAnswer? Judge(
        ExplainQuestion question, ConnectionPolicy policy, Draft answer, string defaultHost, out string? error)
    {
        error = null;
        if (policy.HasKafkaRules)
        {
            return (answer with { Client = "the connection closed" }).Finish(
                "DENIED", "Kafka rules decide on this port, and no HTTP request is one of Kafka",
                (policy.Ingress.Kafka is null ? policy.Egress : policy.Ingress).Rule?.ToString(), "proxy");
        }

        var parts = question.Request!.Split(' ', 2);
        if (parts.Length != 2 || parts[0].Length == 0)
        {
            error = $"--request '{question.Request}' is not 'METHOD TARGET'";
            return null;
        }

        HttpExplanation? asked = question.IsHttp2
            ? Http2Question.TryAsk(parts[0], parts[1], question.Headers, defaultHost, policy, out error)
            : Http1Question.Ask(parts[0], parts[1], question.Headers, defaultHost, policy);
        return asked is { } explanation ? Finish(answer, explanation, policy) : null;
    }

    private static ExplainAnswer Judge(KafkaQuestion question, ConnectionPolicy policy, Draft answer)
    {
        if (policy.HasHttpRules)
        {
            return (answer with { Client = "400, and the connection closed" }).Finish(
                "DENIED", "HTTP rules decide on this port, and no Kafka request is one of HTTP",
                (policy.Ingress.Http is null ? policy.Egress : policy.Ingress).Rule?.ToString(), "proxy");
        }

        var decision = policy.Decide(question.Request);
        var (reason, client) = KafkaExplanation.Of(question, decision, policy);
        var denying = policy.Egress.Kafka?.Decide(question.Request).Verdict == KafkaVerdict.Denied
            ? policy.Egress : policy.Ingress;
        var verdict = decision.Verdict switch
        {
            KafkaVerdict.Denied => "DENIED",
            KafkaVerdict.Audit => "AUDIT",
            _ => "ALLOWED",
        };
        return (answer with { Client = client, Lane = KafkaExplanation.Lane }).Finish(
            verdict, reason,
            (decision.Rule ?? (verdict == "DENIED" ? denying.Rule : null))?.ToString(), "proxy") with
        {
            Topics = KafkaExplanation.Topics(question.Request, decision, policy),
        };
    }

    private static ExplainAnswer Finish(Draft answer, HttpExplanation explained, ConnectionPolicy policy)
    {
        answer = answer with
        {
            Target = explained.Target,
            Client = explained.Client,
            Lane = LaneExplanation.Of(explained, policy),
        };
        var (method, target, decision) = (explained.Method, explained.Target, explained.Decision);
        if (explained.Refusal is { } refusal)
        {
            return answer.Finish("DENIED", refusal, null, "proxy");
        }

        return decision.Verdict switch
        {
            HttpVerdict.Denied => answer.Finish(
                "DENIED", $"no HTTP rule allows {method} {target}",
                (decision.Rule ?? policy.Ingress.Rule ?? policy.Egress.Rule)?.ToString(), "proxy"),
            HttpVerdict.Audit => answer.Finish(
                "AUDIT", "only a document in audit mode would deny it", decision.Rule?.ToString(), "proxy"),
            _ => answer.Finish("ALLOWED", $"{method} {target} matches", decision.Rule?.ToString(), "proxy"),
        };
    }

    private bool TryFind(string name, out (IPAddress Address, bool IsKnown) found)
    {
        if (_names.TryGetValue(name, out found))
        {
            return true;
        }

        if (IPAddress.TryParse(name, out var address))
        {
            found = (address, true);
            return true;
        }

        return false;
    }

    private ExplainParty Party(string name, AddressRecord record) => new(
        record.Workload?.Name ?? name, record.Identity.Value,
        [.. _snapshot.FindIdentity(record.Identity)?.Labels.Select(l => l.ToString()) ?? []]);

    private static string Describe(string direction, string name, AddressRecord record, L4Decision decision) =>
        record.Workload is null ? $"{name} is no workload: it has no {direction} policy"
            : decision.Verdict switch
            {
                L4Verdict.Allow when decision.Rule is null && decision.DefaultDenyBy is null =>
                    $"no {direction} rule selects {name}: allowed",
                L4Verdict.Allow => $"allowed by {decision.Rule}",
                L4Verdict.Redirect => $"L7 rules of {decision.Rule} decide",
                _ => Why(decision),
            };

    private static string Why(L4Decision decision) => decision.Verdict == L4Verdict.Deny
        ? $"a deny rule matches: {decision.Rule}"
        : decision.DefaultDenyBy is null
            ? "no rule allows it" : $"no rule allows it; default deny by {decision.DefaultDenyBy}";

    private static string Bracket(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    private static IPAddress StandIn(int number)
    {
        var bytes = (byte[])Unknown.Clone();
        bytes[14] = (byte)(number >> 8);
        bytes[15] = (byte)number;
        return new IPAddress(bytes);
    }

    private sealed record Draft(ExplainParty From, ExplainParty To, string Egress, string Ingress)
    {
        public string? Target { get; init; }

        public string? Client { get; init; }

        public string? Lane { get; init; }

        public ExplainAnswer Finish(string verdict, string reason, string? rule, string decidedIn) =>
            new(verdict, reason, rule, decidedIn, From, To, Egress, Ingress, Target, Client) { Lane = Lane };
    }
}
