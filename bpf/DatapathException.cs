namespace Jumpgate.Bpf;

/// <summary>The kernel side could not be set up or changed. The message is one line for an operator: what failed,
/// where, and the way out.</summary>
public sealed class DatapathException : Exception
{
    /// <summary>A failure without more to say.</summary>
    public DatapathException()
    {
    }

    /// <summary>A failure with its one line.</summary>
    public DatapathException(string message)
        : base(message)
    {
    }

    /// <summary>A failure with its one line and its cause.</summary>
    public DatapathException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A refused program: the whole log of the verifier beside the one line.</summary>
    public DatapathException(string message, string? verifierLog)
        : base(message) => VerifierLog = verifierLog;

    /// <summary>Nothing is missing: another running agent holds what is needed.</summary>
    public bool InUse { get; init; }

    /// <summary>The verifier's whole log where a program was refused (may be megabytes), otherwise null.</summary>
    public string? VerifierLog { get; }
}
