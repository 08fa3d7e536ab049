using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>
/// A page of memory that is not there until it is given: whoever touches it waits, the kernel too (userfaultfd). A
/// system call that writes there stops in its middle, with the locks it has.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class HeldMemory : IDisposable
{
    public const int Size = 4096;
    private const int UserFault = 323;
    private const int CloseOnExecNonBlocking = 0x80800;
    private const nuint Api = 0xc018aa3f, Register = 0xc020aa00, ZeroPage = 0xc020aa04;
    private const short Readable = 1;
    private readonly int _fault;
    private readonly nint _address;

    public HeldMemory()
    {
        _fault = Check((int)SystemCall(UserFault, CloseOnExecNonBlocking));
        _address = Map(0, Size, 3, 0x22, -1, 0);
        Check(_address == -1 ? -1 : 0);
        Control(Api, [0xAA, 0, 0]);
        Control(Register, [(ulong)_address, Size, 1, 0]);
    }

    /// <summary>Somebody touches it and waits.</summary>
    public bool IsAwaited
    {
        get
        {
            var look = new PollItem { Descriptor = _fault, Events = Readable };
            return Check(Poll(ref look, 1, 0)) > 0 && (look.Returned & Readable) != 0;
        }
    }

    /// <summary>Receives into it, once there is something; blocks until then, and then until it is given.</summary>
    /// <returns>How many bytes came.</returns>
    public int Receive(SafeHandle socket)
    {
        var added = false;
        try
        {
            socket.DangerousAddRef(ref added);
            var descriptor = (int)socket.DangerousGetHandle();
            var look = new PollItem { Descriptor = descriptor, Events = Readable };
            Check(Poll(ref look, 1, 20_000));
            return Check((int)Receive(descriptor, _address, Size, 0));
        }
        finally
        {
            if (added)
            {
                socket.DangerousRelease();
            }
        }
    }

    /// <summary>It is there from now on.</summary>
    public void Give() => Control(ZeroPage, [(ulong)_address, Size, 0, 0]);

    public byte[] Read(int count)
    {
        var bytes = new byte[count];
        Marshal.Copy(_address, bytes, 0, count);
        return bytes;
    }

    public void Dispose()
    {
        // Whoever waits still finds it then.
        _ = Close(_fault);
        _ = Unmap(_address, Size);
    }

    private static int Check(int result) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    private void Control(nuint request, ulong[] argument) => Check(Control(_fault, request, argument));

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, [In, Out] ulong[] argument);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollItem item, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int descriptor, nint buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    private struct PollItem
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
