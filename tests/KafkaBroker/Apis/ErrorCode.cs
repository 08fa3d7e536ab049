namespace Jumpgate.KafkaBroker.Apis;

/// <summary>
/// Error codes that this broker uses (protocol guide, "Error Codes"). None of them is about authorization.
/// </summary>
public enum ErrorCode : short
{
    None = 0,
    OffsetOutOfRange = 1,
    CorruptMessage = 2,
    UnknownTopicOrPartition = 3,
    NotLeaderOrFollower = 6,
    NotCoordinator = 16,
    IllegalGeneration = 22,
    InconsistentGroupProtocol = 23,
    UnknownMemberId = 25,
    RebalanceInProgress = 27,
    UnsupportedVersion = 35,
    TopicAlreadyExists = 36,
    InvalidPartitions = 37,
    UnsupportedForMessageFormat = 43,
    OutOfOrderSequenceNumber = 45,
    InvalidProducerEpoch = 47,
    InvalidTxnState = 48,
    GroupIdNotFound = 69,
    SecurityDisabled = 54,
    MemberIdRequired = 79,
    UnknownTopicId = 100,
    FencedMemberEpoch = 110,
}
