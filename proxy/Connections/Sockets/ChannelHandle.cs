using System.Runtime.InteropServices;

namespace Jumpgate.Connections.Sockets;

/// <summary>A file descriptor. Closed when nobody uses it any more: its number cannot become another's in the middle of
/// a call.</summary>
internal sealed class ChannelHandle() : SafeHandle(-1, ownsHandle: true)
{
    /// <summary>The C library returns an int: of the handle only that half means anything.</summary>
    public override bool IsInvalid => (int)handle < 0;

    protected override bool ReleaseHandle() => SocketNative.Close((int)handle) == 0;
}
