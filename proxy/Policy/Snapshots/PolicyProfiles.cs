namespace Jumpgate.Policy.Snapshots;

/// <summary>
/// Which sections protect which group, and the policies compiled from them. Groups that the same selectors select share
/// one policy, so that a rule for everybody is compiled once. Thread-safe.
/// </summary>
internal sealed class PolicyProfiles
{
    private readonly Lock _lock = new();
    private readonly PeerCatalog _catalog;
    private readonly PortClassifier _ports;
    private readonly Dictionary<int, List<PolicySection>> _bySelection = [];
    private readonly List<int>?[] _selectionsOf;
    private readonly Dictionary<ProfileKey, DirectionPolicy> _policies = [];
    private readonly DirectionPolicy?[] _byPeer;

    public PolicyProfiles(PeerCatalog catalog, PortClassifier ports, IEnumerable<PolicySection> sections)
    {
        _catalog = catalog;
        _ports = ports;
        _selectionsOf = new List<int>?[catalog.Peers.Count];
        _byPeer = new DirectionPolicy?[catalog.Peers.Count * 2];
        foreach (var section in sections)
        {
            if (!_bySelection.TryGetValue(section.Subjects.Index, out var list))
            {
                _bySelection.Add(section.Subjects.Index, list = []);
                foreach (var subject in section.Subjects.Peers)
                {
                    (_selectionsOf[subject] ??= []).Add(section.Subjects.Index);
                }
            }

            list.Add(section);
        }
    }

    /// <summary>The policy of a workload's group in one direction.</summary>
    public DirectionPolicy Of(Peer subject, TrafficDirection direction)
    {
        lock (_lock)
        {
            return _byPeer[(subject.Index * 2) + (int)direction] ??= Find(subject, direction);
        }
    }

    /// <summary>Runs what evaluates policies under the lock that guards everything they compute lazily.</summary>
    public T Locked<T>(Func<T> action)
    {
        lock (_lock)
        {
            return action();
        }
    }

    private DirectionPolicy Find(Peer subject, TrafficDirection direction)
    {
        var selections = _selectionsOf[subject.Index] ?? [];
        var key = new ProfileKey(direction, subject.Ports.Index, [.. selections]);
        if (!_policies.TryGetValue(key, out var policy))
        {
            var sections = selections.SelectMany(s => _bySelection[s])
                .Where(s => s.Direction == direction).OrderBy(s => s.Order);
            policy = new DirectionPolicy(direction, sections, subject.Ports, _catalog, _ports);
            _policies.Add(key, policy);
        }

        return policy;
    }

    private readonly record struct ProfileKey(TrafficDirection Direction, int Ports, int[] Selections)
    {
        public bool Equals(ProfileKey other) =>
            Direction == other.Direction && Ports == other.Ports && Selections.AsSpan().SequenceEqual(other.Selections);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(Direction);
            hash.Add(Ports);
            foreach (var selection in Selections)
            {
                hash.Add(selection);
            }

            return hash.ToHashCode();
        }
    }
}
