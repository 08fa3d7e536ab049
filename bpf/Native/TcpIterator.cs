using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Jumpgate.Bpf.Native;

/// <summary>Runs a program of kind iter/tcp for each TCP socket of the calling thread's network namespace.</summary>
internal static unsafe class TcpIterator
{
    private const int TraceIterator = 28; // enum bpf_attach_type

    /// <param name="program">One that writes nothing.</param>
    /// <param name="name">Of the program, for errors.</param>
    /// <exception cref="DatapathException">One line: what the kernel refuses.</exception>
    internal static void Run(BpfFd program, string name)
    {
        using var none = new SafeFileHandle(0, ownsHandle: false);
        using var link = new BpfFd(Errno.Check(
            LibBpf.LinkCreate(program, none, TraceIterator, 0), $"{name} cannot be attached"));
        using var iterator = new BpfFd(Errno.Check(LibBpf.IteratorCreate(link), $"{name} cannot be run"));
        byte nothing;
        while (LibC.Read(iterator, &nothing, 1) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error is not (Errno.Interrupted or Errno.WouldBlock))
            {
                throw new DatapathException($"{name} cannot be run: {Errno.Describe(error)}");
            }
        }
    }
}
