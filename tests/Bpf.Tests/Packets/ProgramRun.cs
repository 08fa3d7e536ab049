using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf.Tests.Packets;

/// <summary>One program on one built frame by BPF_PROG_TEST_RUN: nothing is sent anywhere.</summary>
internal static unsafe partial class ProgramRun
{
    private const int ContextSize = 192;
    private const int MarkOffset = 8;
    private const int IngressIfindexOffset = 36;
    private const int IfindexOffset = 40;

    /// <summary>Frames without a whole IP header are refused by the kernel (EINVAL) before a program sees them.</summary>
    public static int ShortestFrame(bool ipv6) => 14 + (ipv6 ? 40 : 20);

    /// <param name="program">The program.</param>
    /// <param name="frame">From the Ethernet header on.</param>
    /// <param name="ifindex">The interface whose hook it is, in the calling thread's network namespace.</param>
    /// <param name="ingressIfindex">Where the packet entered the node; 0: made here.</param>
    /// <param name="mark">skb->mark before.</param>
    /// <returns>What the program returned, and skb->mark after.</returns>
    public static (TcAction Action, uint Mark) Run(
        BpfFd program, ReadOnlySpan<byte> frame, int ifindex, int ingressIfindex, uint mark)
    {
        var context = stackalloc byte[ContextSize];
        new Span<byte>(context, ContextSize).Clear();
        *(uint*)(context + MarkOffset) = mark;
        *(int*)(context + IngressIfindexOffset) = ingressIfindex;
        *(int*)(context + IfindexOffset) = ifindex;
        fixed (byte* data = frame)
        {
            var options = new Options
            {
                Size = (nuint)sizeof(Options),
                Input = data,
                InputLength = (uint)frame.Length,
                ContextIn = context,
                ContextOut = context,
                ContextInSize = ContextSize,
                ContextOutSize = ContextSize,
                Repeat = 1,
            };
            Errno.Check(TestRun(program, &options), $"a frame of {frame.Length} bytes cannot be run");
            return ((TcAction)(int)options.Result, *(uint*)(context + MarkOffset));
        }
    }

    [LibraryImport("libbpf.so.1", EntryPoint = "bpf_prog_test_run_opts")]
    private static partial int TestRun(BpfFd program, Options* options);

    /// <summary>struct bpf_test_run_opts of libbpf 1.x.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Options
    {
        public nuint Size;
        public byte* Input;
        public byte* Output;
        public uint InputLength;
        public uint OutputLength;
        public byte* ContextIn;
        public byte* ContextOut;
        public uint ContextInSize;
        public uint ContextOutSize;
        public uint Result;
        public int Repeat;
        public uint Duration;
        public uint Flags;
        public uint Cpu;
        public uint BatchSize;
    }
}
