namespace Jumpgate.Testing;

/// <summary>Flags of a TCP header (RFC 9293).</summary>
[Flags]
public enum TcpFlags
{
    /// <summary>None set.</summary>
    None = 0,

    /// <summary>No more data from the sender.</summary>
    Fin = 0x01,

    /// <summary>Synchronise sequence numbers.</summary>
    Syn = 0x02,

    /// <summary>Reset the connection.</summary>
    Rst = 0x04,

    /// <summary>Push.</summary>
    Psh = 0x08,

    /// <summary>The acknowledgement number counts.</summary>
    Ack = 0x10,
}
