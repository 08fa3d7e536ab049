namespace Jumpgate.Agent.Listening.ProxyProtocol;

/// <summary>Why a PROXY protocol header was not taken.</summary>
internal enum ProxyHeaderError
{
    None,

    /// <summary>It does not begin as version 2 does; version 1, or no header at all.</summary>
    NoSignature,

    /// <summary>The signature is followed by another version than 2.</summary>
    Version,

    /// <summary>LOCAL: the sender speaks for itself (a health check) and names no client.</summary>
    Local,

    /// <summary>A command that the specification does not know.</summary>
    Command,

    /// <summary>Neither TCP over IPv4 nor TCP over IPv6.</summary>
    Transport,

    /// <summary>It ends before its addresses do.</summary>
    Truncated,

    /// <summary>It announces more than <see cref="ProxyHeaderParser.MaxLength"/> bytes.</summary>
    TooLong,

    /// <summary>Its extensions (TLVs) do not add up to its length.</summary>
    Extensions,
}
