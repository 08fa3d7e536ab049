using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Wire;

namespace Jumpgate.Kafka.Replies;

/// <summary>What happens to a broker's reply on its way: something is changed in it, or learnt from it.</summary>
internal abstract class ReplyEdit(ApiDescription api, short version)
{
    /// <summary>
    /// Longest header and leading fields, but for texts, of replies whose rest is not looked into.
    /// </summary>
    protected const int Leading = 64;

    public const int Whole = int.MaxValue;

    protected ApiDescription Api { get; } = api;

    protected short Version { get; } = version;

    /// <summary>Bytes that must be there; <see cref="Whole"/>: all.</summary>
    public abstract int Needed { get; }

    /// <summary>Nothing would be changed: a reply too large to be held passes as it is.</summary>
    public virtual bool IsOptional => false;

    /// <summary>Writes what takes the place of the message's first bytes.</summary>
    /// <param name="message">From the correlation id on; all of it, or at least <see cref="Needed"/> bytes.</param>
    /// <param name="replaced">How many bytes of the message it takes the place of.</param>
    /// <exception cref="InvalidDataException">The reply is not what its description says.</exception>
    public abstract void Apply(ReadOnlySpan<byte> message, WireWriter output, out int replaced);

    /// <summary>Where the body begins.</summary>
    protected int BodyStart(ReadOnlySpan<byte> message)
    {
        if (!Api.HasTaggedReplyHeader(Version))
        {
            return 4;
        }

        // Nothing is known to be there, and what is unknown has its size beside it.
        var reader = new WireReader(message[4..]);
        var ok = reader.TryReadVarint(out var tags);
        for (; ok && tags > 0; tags--)
        {
            ok = reader.TryReadVarint(out _) && reader.TryReadVarint(out var size) && size <= int.MaxValue
                && reader.TryTake((int)size, out _);
        }

        return ok ? 4 + reader.Position : throw new InvalidDataException("The reply's header cannot be read.");
    }
}
