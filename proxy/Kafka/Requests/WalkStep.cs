namespace Jumpgate.Kafka.Requests;

internal enum WalkStep
{
    /// <summary>The next field is not whole yet.</summary>
    NeedMore,
    /// <summary>
    /// The next <see cref="RequestWalker.SkipLength"/> bytes are nobody's business: walk on after them.
    /// </summary>
    Skip,
    /// <summary>The message is complete, and fills the frame.</summary>
    Done,
    /// <summary><see cref="RequestWalker.Error"/> says why.</summary>
    Failed,
}
