namespace Jumpgate.KafkaBroker.Groups;

internal sealed record CommittedOffset(long Offset, int LeaderEpoch, string? Metadata);
