using System.Text;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Labels;

namespace Jumpgate.Policy.Snapshots;

/// <summary>
/// Answers which peers a label selector selects, each distinct selector once. Labels are indexed, so that ten thousand
/// selectors that each name a few of ten thousand identities do not look at all of them.
/// </summary>
internal sealed class SelectorIndex
{
    public const string NamespaceLabel = "io.kubernetes.pod.namespace";
    private const string NamespaceLabelsPrefix = "io.cilium.k8s.namespace.labels.";

    private readonly PeerCatalog _catalog;
    private readonly int[] _workloads;
    private readonly int[] _everybody;
    private readonly Dictionary<string, List<int>> _byKey = [];
    private readonly Dictionary<(string Key, string Value), List<int>> _byValue = [];
    private readonly Dictionary<string, Selection> _selections = [];

    public SelectorIndex(PeerCatalog catalog)
    {
        _catalog = catalog;
        _workloads = [.. catalog.Subjects.Select(p => p.Index)];
        _everybody = [.. catalog.Peers.Select(p => p.Index)];
        foreach (var peer in catalog.Subjects)
        {
            foreach (var label in peer.Identity.Labels)
            {
                Append(_byKey, label.Key, peer.Index);
                Append(_byValue, (label.Key, label.Value), peer.Index);
            }
        }
    }

    /// <summary>
    /// Workloads that an <c>endpointSelector</c> protects: in a namespaced document, never those of another namespace.
    /// </summary>
    public Selection Subjects(LabelSelector selector, string? ns) => Select(selector, ns, reserved: false);

    /// <summary>
    /// Peers of <c>fromEndpoints</c> and <c>toEndpoints</c>. The document's namespace is implied unless the selector
    /// speaks of namespaces itself. Only a selector that names a <c>reserved:</c> label can mean anything but
    /// workloads.
    /// </summary>
    public Selection Peers(LabelSelector selector, string? ns)
    {
        var reserved = selector.Requirements.Any(r => r.Source == "reserved");
        return Select(selector, reserved || NamesNamespace(selector) ? null : ns, reserved);
    }

    private static bool NamesNamespace(LabelSelector selector) => selector.Requirements.Any(r =>
        r.Key == NamespaceLabel || r.Key.StartsWith(NamespaceLabelsPrefix, StringComparison.Ordinal));

    private Selection Select(LabelSelector selector, string? ns, bool reserved)
    {
        var key = Key(selector, ns);
        if (!_selections.TryGetValue(key, out var selection))
        {
            var matching = Candidates(selector, ns, reserved)
                .Where(i => InNamespace(_catalog.Peers[i].Identity, ns)
                    && selector.Matches(_catalog.Peers[i].Identity.Labels));
            selection = new Selection(_selections.Count, [.. matching]);
            _selections.Add(key, selection);
        }

        return selection;
    }

    /// <summary>A namespaced document limits only those who have a namespace.</summary>
    private static bool InNamespace(IdentityRecord identity, string? ns)
    {
        if (ns is null)
        {
            return true;
        }

        var hasOne = false;
        foreach (var label in identity.Labels)
        {
            if (label.Key == NamespaceLabel)
            {
                if (label.Value == ns)
                {
                    return true;
                }

                hasOne = true;
            }
        }

        return !hasOne;
    }

    /// <summary>The smallest indexed set that surely holds every match, in ascending order.</summary>
    private IEnumerable<int> Candidates(LabelSelector selector, string? ns, bool reserved)
    {
        if (reserved)
        {
            return _everybody;
        }

        IEnumerable<int> best = _workloads;
        var size = _workloads.Length;
        foreach (var requirement in selector.Requirements)
        {
            if (requirement.Operator == LabelOperator.Exists)
            {
                Consider(_byKey.GetValueOrDefault(requirement.Key) ?? [], ref best, ref size);
            }
            else if (requirement.Operator == LabelOperator.In && requirement.Values.Length == 1)
            {
                var matching = _byValue.GetValueOrDefault((requirement.Key, requirement.Values[0])) ?? [];
                Consider(matching, ref best, ref size);
            }
            else if (requirement.Operator == LabelOperator.In)
            {
                var lists = requirement.Values
                    .Select(v => _byValue.GetValueOrDefault((requirement.Key, v)) ?? []).ToList();
                if (lists.Sum(l => (long)l.Count) < size)
                {
                    Consider([.. lists.SelectMany(l => l).Distinct().Order()], ref best, ref size);
                }
            }
        }

        return best;
    }

    private static void Consider(List<int> candidates, ref IEnumerable<int> best, ref int size)
    {
        if (candidates.Count < size)
        {
            best = candidates;
            size = candidates.Count;
        }
    }

    private static void Append<TKey>(Dictionary<TKey, List<int>> index, TKey key, int peer)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out var list))
        {
            index.Add(key, list = []);
        }

        // One workload may carry a key under two sources.
        if (list.Count == 0 || list[^1] != peer)
        {
            list.Add(peer);
        }
    }

    /// <summary>Lengths before the texts keep different selectors from spelling one key.</summary>
    private static string Key(LabelSelector selector, string? ns)
    {
        var text = new StringBuilder();
        Write(text, ns);
        foreach (var requirement in selector.Requirements)
        {
            text.Append((int)requirement.Operator);
            Write(text, requirement.Source);
            Write(text, requirement.Key);
            text.Append(requirement.Values.Length);
            foreach (var value in requirement.Values)
            {
                Write(text, value);
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, string? part) =>
        text.Append(part?.Length ?? -1).Append(':').Append(part).Append(';');
}

/// <summary>What one distinct selector selects.</summary>
/// <param name="Index">Dense number of the selector.</param>
/// <param name="Peers">Indices in the catalog, ascending.</param>
internal sealed record Selection(int Index, int[] Peers);
