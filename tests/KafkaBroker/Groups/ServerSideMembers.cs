using Jumpgate.KafkaBroker.Apis;

namespace Jumpgate.KafkaBroker.Groups;

/// <summary>
/// The new protocol (KIP-848): the coordinator assigns. Simpler than a real one: a new assignment is in force at once,
/// without waiting for partitions to be given up.
/// </summary>
internal sealed class ServerSideMembers
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Member> _members = new(StringComparer.Ordinal);

    internal sealed class Member(string id)
    {
        public string Id => id;

        public int Epoch { get; set; }

        public string ClientId { get; init; } = string.Empty;

        public IReadOnlyList<string> Subscribed { get; set; } = [];

        public IReadOnlyList<(string Topic, int Partition)> Assigned { get; set; } = [];
    }

    public int Epoch { get; private set; }

    public string? State => Members.Count == 0 ? null : "Stable";

    public IReadOnlyList<Member> Members
    {
        get
        {
            lock (_gate)
            {
                return [.. _members.Values];
            }
        }
    }

    /// <param name="subscribed">Null: as before.</param>
    /// <param name="partitions">How many partitions a topic has.</param>
    /// <returns>The member, and whether it must be told its assignment.</returns>
    public (ErrorCode Error, Member? Member, bool IsNew) Heartbeat(
        string id, long epoch, IReadOnlyList<string>? subscribed, string clientId, Func<string, int> partitions)
    {
        lock (_gate)
        {
            if (!_members.TryGetValue(id, out var member))
            {
                if (epoch != 0)
                {
                    return (ErrorCode.UnknownMemberId, null, false);
                }

                _members.Add(id, member = new Member(id) { ClientId = clientId });
            }
            else if (epoch != 0 && epoch != member.Epoch)
            {
                return (ErrorCode.FencedMemberEpoch, null, false);
            }

            if (subscribed is not null && !subscribed.SequenceEqual(member.Subscribed))
            {
                member.Subscribed = subscribed;
                Assign(partitions);
            }

            var isNew = epoch == 0 || member.Epoch != Epoch;
            member.Epoch = Epoch;
            return (ErrorCode.None, member, isNew);
        }
    }

    public bool Leave(string id, Func<string, int> partitions)
    {
        lock (_gate)
        {
            if (!_members.Remove(id))
            {
                return false;
            }

            Assign(partitions);
            return true;
        }
    }

    private void Assign(Func<string, int> partitions)
    {
        Epoch++;
        var assigned = _members.Keys.ToDictionary(id => id, _ => new List<(string, int)>());
        foreach (var topic in _members.Values.SelectMany(m => m.Subscribed).Distinct())
        {
            var takers = _members.Values.Where(m => m.Subscribed.Contains(topic)).ToList();
            for (var i = 0; i < partitions(topic); i++)
            {
                assigned[takers[i % takers.Count].Id].Add((topic, i));
            }
        }

        foreach (var (id, partitionsOf) in assigned)
        {
            _members[id].Assigned = partitionsOf;
        }
    }
}
