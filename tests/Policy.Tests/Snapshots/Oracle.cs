using System.Net;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Labels;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Policy.Tests.Snapshots;

/// <summary>policy.md read literally, address by address and rule by rule: no identities, classes or tables.</summary>
internal sealed class Oracle(IReadOnlyList<PolicyDocument> documents, Func<string, Workload?> workloads)
{
    public (L4Verdict Verdict, bool Audit) Judge(
        string subject, string peer, TrafficDirection direction, L4Protocol protocol, int port)
    {
        if (workloads(subject) is null)
        {
            return (L4Verdict.Allow, false);
        }

        var question = new Question(subject, peer, direction, protocol, port);
        var enforced = documents.Where(d => !d.Audit).ToList();
        var verdict = Judge(question, enforced);
        var strict = Judge(question, documents);
        var passes = verdict is L4Verdict.Allow or L4Verdict.Redirect;
        return (verdict, passes && (strict is L4Verdict.Deny or L4Verdict.DefaultDeny));
    }

    /// <summary>
    /// Allow rules count whatever the mode, also where only audit documents' L7 rules restrict: they have to be
    /// recorded.
    /// </summary>
    private L4Verdict Judge(Question question, IReadOnlyList<PolicyDocument> restricting)
    {
        if (Matching(question, restricting, deny: true).Any())
        {
            return L4Verdict.Deny;
        }

        var allows = Matching(question, documents, deny: false).ToList();
        return allows.Exists(http => !http) ? L4Verdict.Allow
            : allows.Count > 0 ? L4Verdict.Redirect
            : DefaultDeny(question, restricting) ? L4Verdict.DefaultDeny
            : L4Verdict.Allow;
    }

    private bool DefaultDeny(Question question, IReadOnlyList<PolicyDocument> set) => Rules(question, set).Any(r =>
        (question.Direction == TrafficDirection.Ingress ? r.Rule.DefaultDenyIngress : r.Rule.DefaultDenyEgress)
        ?? Sections(question, r.Rule).Any(s => s is { Length: > 0 }));

    /// <summary>For each matching port rule or entry: whether it has L7 rules.</summary>
    private IEnumerable<bool> Matching(Question question, IReadOnlyList<PolicyDocument> set, bool deny)
    {
        foreach (var (document, rule) in Rules(question, set))
        {
            foreach (var entry in Sections(question, rule)[deny ? 1 : 0] ?? [])
            {
                if ((entry.Peers is null && entry.Ports is null)
                    || !PeerMatches(entry.Peers, question.Peer, document.Namespace))
                {
                    continue;
                }

                if (entry.Ports is null)
                {
                    yield return false;
                }

                foreach (var ports in entry.Ports ?? [])
                {
                    if (ports.Ports.Any(p => PortMatches(p, question)))
                    {
                        yield return ports.HasL7;
                    }
                }
            }
        }
    }

    private IEnumerable<(PolicyDocument Document, PolicyRule Rule)> Rules(
        Question question, IReadOnlyList<PolicyDocument> set)
    {
        var labels = workloads(question.Subject)!.Labels;
        return set.SelectMany(d => d.Rules.Select(r => (d, r)))
            .Where(p => p.r.EndpointSelector.Matches(labels) && InNamespace(labels, p.d.Namespace));
    }

    private static System.Collections.Immutable.ImmutableArray<RuleEntry>?[] Sections(
        Question question, PolicyRule rule) =>
        question.Direction == TrafficDirection.Ingress
            ? [rule.Ingress, rule.IngressDeny] : [rule.Egress, rule.EgressDeny];

    private bool PeerMatches(PeerSet? peers, string peer, string? ns)
    {
        var workload = workloads(peer);
        var address = IPAddress.Parse(peer);
        var host = peer is "192.0.2.1" or "fe80::1";
        var outside = workload is null && !host;
        var v4 = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        return peers switch
        {
            null => true,
            EndpointPeers endpoints => endpoints.Selectors.Any(s => s.Requirements.Any(r => r.Source == "reserved")
                ? host
                : workload is not null && s.Matches(workload.Labels)
                    && (s.Requirements.Any(r => r.Key == "io.kubernetes.pod.namespace")
                        || InNamespace(workload.Labels, ns))),
            EntityPeers entities => entities.Entities.Any(e => e switch
            {
                Entity.All => true,
                Entity.World => outside,
                Entity.WorldIPv4 => outside && v4,
                Entity.WorldIPv6 => outside && !v4,
                Entity.Host => host,
                _ => !outside,
            }),
            CidrPeers cidrs => outside && cidrs.Prefixes.Any(c =>
                c.Prefix.Contains(address) && !c.Except.Any(e => e.Contains(address))),
            _ => throw new InvalidOperationException(),
        };
    }

    private bool PortMatches(PortSpec spec, Question question)
    {
        if (question.Protocol == L4Protocol.Other)
        {
            return spec is { Port: 0, Name: null, Protocol: null };
        }

        if (spec.Protocol is not null && spec.Protocol != question.Protocol)
        {
            return false;
        }

        if (spec.Name is not null)
        {
            var owner = workloads(question.Direction == TrafficDirection.Ingress ? question.Subject : question.Peer);
            return owner is not null && owner.Ports.TryGetValue(spec.Name, out var number) && number == question.Port;
        }

        return spec.Port == 0 || (question.Port >= spec.Port && question.Port <= spec.EndPort);
    }

    private static bool InNamespace(LabelSet labels, string? ns)
    {
        var own = labels.Where(l => l.Key == "io.kubernetes.pod.namespace").Select(l => l.Value).ToList();
        return ns is null || own.Count == 0 || own.Contains(ns);
    }

    private sealed record Question(
        string Subject, string Peer, TrafficDirection Direction, L4Protocol Protocol, int Port);
}
