using Jumpgate.Kafka.Messages;

namespace Jumpgate.Kafka.Requests;

/// <summary>
/// What one request carries that policy, or the filter itself, asks for. Used again for the next request.
/// </summary>
internal sealed class RequestFacts
{
    public HashSet<string> Topics { get; } = new(StringComparer.Ordinal);

    public HashSet<UInt128> TopicIds { get; } = [];

    public HashSet<string> Groups { get; } = new(StringComparer.Ordinal);

    public HashSet<string> TransactionalIds { get; } = new(StringComparer.Ordinal);

    /// <summary>FindCoordinator's, of the type <see cref="CoordinatorType"/>.</summary>
    public HashSet<string> CoordinatorKeys { get; } = new(StringComparer.Ordinal);

    /// <summary>Version 0 of FindCoordinator has none, and means groups.</summary>
    public sbyte CoordinatorType { get; set; }

    /// <summary>A list of topics is null, which asks for all.</summary>
    public bool HasNullTopics { get; set; }

    /// <summary>A list of topics without any.</summary>
    public bool HasEmptyTopics { get; set; }

    /// <summary>A topic with neither name nor id.</summary>
    public bool HasNamelessTopic { get; private set; }

    public bool HasOtherResources { get; set; }

    /// <summary>The body is not looked into.</summary>
    public bool IsOpaque { get; set; }

    public short Acks { get; set; }

    public int SessionId { get; set; }

    public int SessionEpoch { get; set; }

    /// <summary>Of a group, where one is named outside of lists.</summary>
    public string? Member { get; set; }

    /// <summary>The topic with which a page of a list is to begin.</summary>
    public string? Cursor { get; set; }

    /// <summary>Type of the resource whose name comes next.</summary>
    public sbyte ResourceType { get; set; }

    /// <summary>
    /// Gets the topics that are not among <see cref="Topics"/> and <see cref="TopicIds"/> yet, and a topic that is
    /// named by neither. Null: nobody asks for them.
    /// </summary>
    public RequestFacts? Fresh { get; set; }

    public bool NamesTopics => Topics.Count > 0 || TopicIds.Count > 0 || HasNamelessTopic;

    /// <summary>The request with its <see cref="Fresh"/> topics and no others; they are no longer fresh.</summary>
    public RequestFacts TakeFresh()
    {
        var fresh = Fresh!;
        fresh.TransactionalIds.UnionWith(TransactionalIds);
        fresh.Acks = Acks;
        Fresh = new RequestFacts();
        return fresh;
    }

    public void AddTopicId(UInt128 id)
    {
        if (TopicIds.Add(id))
        {
            Fresh?.TopicIds.Add(id);
        }
    }

    /// <summary>A topic with neither name nor id has come.</summary>
    public void AddNameless()
    {
        HasNamelessTopic = true;
        if (Fresh is not null)
        {
            Fresh.HasNamelessTopic = true;
        }
    }

    public void Reset()
    {
        Fresh = null;
        Topics.Clear();
        TopicIds.Clear();
        Groups.Clear();
        TransactionalIds.Clear();
        CoordinatorKeys.Clear();
        CoordinatorType = 0;
        HasNullTopics = HasEmptyTopics = HasNamelessTopic = HasOtherResources = IsOpaque = false;
        Acks = -1;
        SessionId = 0;
        SessionEpoch = -1;
        ResourceType = 0;
        Member = Cursor = null;
    }

    public void Add(FieldRole role, string value)
    {
        switch (role)
        {
            case FieldRole.Topic:
                if (Topics.Add(value))
                {
                    Fresh?.Topics.Add(value);
                }

                break;
            case FieldRole.Group:
                Groups.Add(value);
                break;
            case FieldRole.TransactionalId:
                TransactionalIds.Add(value);
                break;
            case FieldRole.CoordinatorKey:
                CoordinatorKeys.Add(value);
                break;
            case FieldRole.Member:
                Member = value;
                break;
            case FieldRole.Cursor:
                Cursor = value;
                break;
            case FieldRole.ResourceName when ResourceType == 2:
                Topics.Add(value);
                break;
            case FieldRole.ResourceName:
                HasOtherResources = true;
                break;
        }
    }
}
