namespace Jumpgate.Testing;

/// <summary>Return codes of tc programs (linux/pkt_cls.h).</summary>
public enum TcAction
{
    /// <summary>Go on: filters behind, then the stack.</summary>
    Unspec = -1,

    /// <summary>To the stack.</summary>
    Ok = 0,

    /// <summary>Dropped.</summary>
    Shot = 2,

    /// <summary>Into another interface, or the same one's ingress.</summary>
    Redirect = 7,
}
