using Jumpgate.KafkaBroker.Apis;

namespace Jumpgate.KafkaBroker.Groups;

/// <summary>
/// The classic protocol: members join, one of them assigns, all sync. A rebalance waits a moment for members that are
/// new, and for those that were there already until they had <see cref="Patience"/>.
/// </summary>
internal sealed class ClassicMembers
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ClassicMember> _members = new(StringComparer.Ordinal);
    private int _joined;
    private bool _isRebalancing;
    private bool _isSynced;

    public int Generation { get; private set; }

    public string Protocol { get; private set; } = string.Empty;

    public string ProtocolType { get; private set; } = string.Empty;

    public string Leader { get; private set; } = string.Empty;

    public string? State
    {
        get
        {
            lock (_gate)
            {
                return _members.Count == 0 ? null : _isRebalancing ? "PreparingRebalance" : _isSynced
                    ? "Stable" : "CompletingRebalance";
            }
        }
    }

    public IReadOnlyList<ClassicMember> Members
    {
        get
        {
            lock (_gate)
            {
                return [.. _members.Values];
            }
        }
    }

    /// <returns>Ends when the generation has begun; false: the member has been thrown out meanwhile.</returns>
    public Task<bool> JoinAsync(
        string id, Func<ClassicMember> create, string type,
        IReadOnlyList<(string Name, ReadOnlyMemory<byte> Metadata)> protocols)
    {
        lock (_gate)
        {
            if (!_members.TryGetValue(id, out var member))
            {
                _members.Add(id, member = create());
            }

            member.Protocols = protocols;
            ProtocolType = type;
            member.Joining ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            _joined++;
            if (!_isRebalancing)
            {
                _isRebalancing = true;
                _isSynced = false;
                _ = FinishAsync();
            }

            return member.Joining.Task;
        }
    }

    public ErrorCode Check(string id, long generation)
    {
        lock (_gate)
        {
            return !_members.ContainsKey(id) ? ErrorCode.UnknownMemberId
                : _isRebalancing ? ErrorCode.RebalanceInProgress
                : generation != Generation ? ErrorCode.IllegalGeneration
                : ErrorCode.None;
        }
    }

    /// <returns>Ends when there is an assignment; false: there will be another generation instead.</returns>
    public Task<bool> SyncAsync(string id, IEnumerable<(string Member, ReadOnlyMemory<byte> Assignment)> assignments)
    {
        lock (_gate)
        {
            if (id == Leader)
            {
                foreach (var (member, assignment) in assignments)
                {
                    _members[member].Assignment = assignment;
                }

                _isSynced = true;
                Release(m => m.Syncing, true);
            }

            if (_isSynced)
            {
                return Task.FromResult(true);
            }

            return (_members[id].Syncing ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    public bool Leave(string id)
    {
        lock (_gate)
        {
            if (!_members.Remove(id, out var member))
            {
                return false;
            }

            member.Joining?.TrySetResult(false);
            member.Syncing?.TrySetResult(false);
            if (_members.Count > 0 && !_isRebalancing)
            {
                _isRebalancing = true;
                _ = FinishAsync();
            }

            return true;
        }
    }

    private async Task FinishAsync()
    {
        var until = DateTime.UtcNow + Patience;
        for (var before = -1; ;)
        {
            await Task.Delay(Moment);
            lock (_gate)
            {
                var isQuiet = before == _joined;
                before = _joined;
                if (isQuiet && (_members.Values.All(m => m.Joining is not null) || DateTime.UtcNow > until))
                {
                    Begin();
                    return;
                }
            }
        }
    }

    private void Begin()
    {
        foreach (var late in _members.Values.Where(m => m.Joining is null).ToList())
        {
            late.Syncing?.TrySetResult(false);
            _members.Remove(late.Id);
        }

        Release(m => m.Syncing, false);
        Generation++;
        _isRebalancing = false;
        _isSynced = false;
        if (_members.Count == 0)
        {
            return;
        }

        Leader = _members.ContainsKey(Leader) ? Leader : _members.Keys.First();
        Protocol = _members[Leader].Protocols
            .Select(p => p.Name).First(name => _members.Values.All(m => m.Protocols.Any(p => p.Name == name)));
        Release(m => m.Joining, true);
    }

    private void Release(Func<ClassicMember, TaskCompletionSource<bool>?> which, bool result)
    {
        foreach (var member in _members.Values)
        {
            if (which(member) is { } waiting)
            {
                waiting.TrySetResult(result);
                member.Joining = member.Joining == waiting ? null : member.Joining;
                member.Syncing = member.Syncing == waiting ? null : member.Syncing;
            }
        }
    }
}
