namespace Jumpgate.Kafka.Wire;

/// <summary>
/// Why a connection was closed that did not keep to the protocol, or to what the filter can judge. Counted by name.
/// </summary>
public enum FrameError
{
    None,
    /// <summary>The frame's length is negative, too small for a header, or above the limit.</summary>
    FrameLength,
    /// <summary>A request that must be seen whole is larger than is held.</summary>
    RequestTooLarge,
    /// <summary>No API has this key.</summary>
    UnknownApi,
    /// <summary>A version of the API that the filter cannot judge.</summary>
    UnsupportedVersion,
    /// <summary>A string, list or field is longer than the frame, or negative.</summary>
    FieldLength,
    /// <summary>Null where the protocol has no null.</summary>
    UnexpectedNull,
    /// <summary>A variable-length integer of more than 32 bits.</summary>
    Varint,
    /// <summary>A tagged field that is not described, given twice, out of order, or not of its own size: brokers read
    /// known ones by their type, whatever size is written before them.</summary>
    TaggedField,
    /// <summary>Bytes after the message, within the frame.</summary>
    TrailingBytes,
    /// <summary>The frame ends within the message.</summary>
    Truncated,
    /// <summary>
    /// SASL without frames of Kafka's own (SaslHandshake 0): what follows could not be told from requests.
    /// </summary>
    SaslHandshakeVersion,
    /// <summary>The reply is to no request, or not to the oldest one.</summary>
    UnexpectedReply,
    /// <summary>The broker's reply cannot be read, where it has to be.</summary>
    MalformedReply,
    /// <summary>A reply that must be seen whole is larger than is held.</summary>
    ReplyTooLarge,
    /// <summary>The connection was quiet for too long.</summary>
    Idle,
}
