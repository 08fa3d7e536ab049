namespace Jumpgate.KafkaBroker.Groups;

/// <summary>A member by the classic protocol: JoinGroup, SyncGroup, Heartbeat, LeaveGroup.</summary>
internal sealed class ClassicMember(string id)
{
    public string Id => id;

    public string? InstanceId { get; init; }

    public string ClientId { get; init; } = string.Empty;

    public string ClientHost { get; init; } = string.Empty;

    public IReadOnlyList<(string Name, ReadOnlyMemory<byte> Metadata)> Protocols { get; set; } = [];

    public ReadOnlyMemory<byte> Assignment { get; set; }

    /// <summary>Waits for the others to join; null when it does not.</summary>
    public TaskCompletionSource<bool>? Joining { get; set; }

    /// <summary>Waits for the leader's assignment; null when it does not.</summary>
    public TaskCompletionSource<bool>? Syncing { get; set; }

    public ReadOnlyMemory<byte> Metadata(string protocol) => Protocols.FirstOrDefault(p => p.Name == protocol).Metadata;
}
