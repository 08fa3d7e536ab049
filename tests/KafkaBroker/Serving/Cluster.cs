using System.Collections.Concurrent;
using Jumpgate.KafkaBroker.Groups;
using Jumpgate.KafkaBroker.Storage;

namespace Jumpgate.KafkaBroker.Serving;

/// <summary>
/// What the brokers of a cluster share: topics, groups, transactions, and the record of what reached them.
/// </summary>
public sealed class Cluster(bool createTopics = true, long partitionLimit = 256 << 20)
{
    private readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Arrival> _seen = new();
    private volatile Node[] _nodes = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public const string Id = "jumpgate-test-cluster";

    /// <summary>Topics are made when somebody asks for them by name.</summary>
    public bool CreatesTopics => createTopics;

    public IReadOnlyList<Node> Nodes => _nodes;

    public ICollection<Topic> Topics => _topics.Values;

    public IReadOnlyCollection<Arrival> Seen => _seen;

    /// <summary>Called with every request, besides <see cref="Seen"/>; with false returned it is not kept.</summary>
    public Func<Arrival, bool>? Observer { get; set; }

    internal Transactions Transactions { get; } = new();

    internal ICollection<Group> Groups => _groups.Values;

    public Topic? FindTopic(string name) => _topics.GetValueOrDefault(name);

    public Topic? FindTopic(Guid id) => _topics.Values.FirstOrDefault(t => t.Id == id);

    public Topic AddTopic(string name, int partitions = 1) =>
        _topics.GetOrAdd(name, n => new Topic(n, partitions, partitionLimit));

    public bool RemoveTopic(string name) => _topics.TryRemove(name, out _);

    public void ForgetSeen() => _seen.Clear();

    internal void Add(Node node) => _nodes = [.. _nodes.Append(node).OrderBy(n => n.Id)];

    internal void Remove(Node node) => _nodes = [.. _nodes.Where(n => n.Id != node.Id)];

    internal Node Leader(Topic topic, Partition partition) =>
        _nodes[(topic.Name.Sum(c => c) + partition.Index) % _nodes.Length];

    internal Node Coordinator(string key) => _nodes[key.Sum(c => c) % _nodes.Length];

    internal Group Group(string id) => _groups.GetOrAdd(id, i => new Group(i));

    internal Group? FindGroup(string id) => _groups.GetValueOrDefault(id);

    internal bool RemoveGroup(string id) => _groups.TryRemove(id, out _);

    internal void Note(Arrival request)
    {
        if (Observer?.Invoke(request) ?? true)
        {
            _seen.Enqueue(request);
        }
    }

    /// <summary>Ends when records have come since the call.</summary>
    internal Task NextChange => Volatile.Read(ref _changed).Task;

    internal void Changed() =>
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
