namespace Jumpgate.Connections;

/// <summary>What joining means for one socket of the proxy's.</summary>
/// <param name="HasJoined">It is in the sockmap, and never leaves it while it lives; nor does one join later.</param>
/// <param name="Pacer">Paces what is sent to the other end; null where TCP does, because that end has not
/// joined.</param>
public readonly record struct SocketPacing(bool HasJoined, ISendPacer? Pacer);
