namespace Jumpgate.Policy.Documents.Sets;

/// <summary>
/// Finds HTTP and Kafka rules on one port of what could be one workload, in one direction: a port speaks one protocol,
/// so one of the documents is wrong, and nobody here can tell which.
/// </summary>
internal static class ProtocolConflicts
{
    private const int MaxNamed = 5;

    /// <returns>The documents to refuse, and for each why.</returns>
    public static IReadOnlyDictionary<PolicyDocument, PolicyDiagnostic> Find(IEnumerable<PolicyDocument> documents)
    {
        var found = new Dictionary<PolicyDocument, List<(Grant Own, Grant Other)>>(ReferenceEqualityComparer.Instance);
        var grants = documents.SelectMany(Grant.Of).ToList();
        var left = PolicyLimits.MaxProtocolComparisons;
        foreach (var direction in Enum.GetValues<TrafficDirection>())
        {
            var http = Specs(grants, g => g.Rule?.Http is not null && g.Direction == direction);
            var single = http.Where(s => IsSingle(s.Port)).ToLookup(s => s.Port.Port);
            var wide = http.FindAll(s => !IsSingle(s.Port));
            foreach (var kafka in Specs(grants, g => g.Rule?.Kafka is not null && g.Direction == direction))
            {
                var candidates = IsSingle(kafka.Port) ? single[kafka.Port.Port].Concat(wide) : http;
                foreach (var other in candidates)
                {
                    if (left-- <= 0)
                    {
                        // Refused unseen: in doubt, nothing that could let one protocol's rules judge the other.
                        Add(kafka.Grant, other.Grant);
                        break;
                    }

                    if (Overlap.Ports(kafka.Port, other.Port) && Overlap.Subjects(kafka.Grant, other.Grant))
                    {
                        Add(kafka.Grant, other.Grant);
                        Add(other.Grant, kafka.Grant);
                    }
                }
            }
        }

        var refused = new Dictionary<PolicyDocument, PolicyDiagnostic>(ReferenceEqualityComparer.Instance);
        foreach (var (document, where) in found)
        {
            refused.Add(document, Describe(document, where));
        }

        return refused;

        void Add(Grant own, Grant other)
        {
            if (!found.TryGetValue(own.Document, out var list))
            {
                found.Add(own.Document, list = []);
            }

            list.Add((own, other));
        }
    }

    private static PolicyDiagnostic Describe(PolicyDocument document, List<(Grant Own, Grant Other)> found)
    {
        var own = found[0].Own;
        var (mine, theirs) = own.Rule!.Kafka is not null ? ("Kafka", "HTTP") : ("HTTP", "Kafka");
        var others = found.Select(f => f.Other).Distinct()
            .Select(o =>
                (Name: ReferenceEquals(o.Document, document) ? "this document" : o.Document.QualifiedName, o.Location))
            .Select(o => $"{o.Name} at {o.Location}").ToList();
        var named = string.Join(", ", others.Take(MaxNamed)) + (others.Count > MaxNamed ? ", ..." : "");
        return new PolicyDiagnostic(
            PolicySeverity.Error, own.Location, document.QualifiedName, own.Field,
            $"has {mine} rules on a port for which {named} has {theirs} rules, and both could select one workload; all of these "
            + "documents are refused: use different ports, or endpointSelectors that exclude each other");
    }

    private static List<(PortSpec Port, Grant Grant)> Specs(List<Grant> grants, Func<Grant, bool> has) =>
        [.. grants.Where(has).SelectMany(g => g.Ports.Select(p => (p, g)))];

    private static bool IsSingle(PortSpec port) => port is { Name: null, Port: not 0 } && port.EndPort <= port.Port;
}
