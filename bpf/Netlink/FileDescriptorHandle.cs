using Microsoft.Win32.SafeHandles;

namespace Jumpgate.Bpf.Netlink;

/// <summary>A file descriptor that this library opened and closes.</summary>
internal sealed class FileDescriptorHandle : SafeHandleMinusOneIsInvalid
{
    public FileDescriptorHandle()
        : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle() => NetlinkNative.Close(handle) == 0;
}
