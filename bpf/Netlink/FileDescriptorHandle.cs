using System.Runtime.InteropServices;

namespace Jumpgate.Bpf.Netlink;

/// <summary>A file descriptor that this library opened and closes.</summary>
internal sealed class FileDescriptorHandle : SafeHandle
{
    public FileDescriptorHandle()
        : base(invalidHandleValue: -1, ownsHandle: true)
    {
    }

    /// <remarks>
    /// A C <c>int</c> of -1 arrives as 0xffffffff, because a handle is as wide as a pointer and the upper half of the
    /// register is not sign-extended: comparing all of it with -1, as SafeHandleMinusOneIsInvalid does, sees success.
    /// </remarks>
    public override bool IsInvalid => unchecked((int)handle) < 0;

    /// <summary>The number, for interfaces that want it as data; the caller keeps the handle alive.</summary>
    public int Number => unchecked((int)handle);

    protected override bool ReleaseHandle() => NetlinkNative.Close(Number) == 0;
}
