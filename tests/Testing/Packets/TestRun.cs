using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Testing;

/// <summary>A pinned program, run on built frames by BPF_PROG_TEST_RUN: nothing is sent anywhere.</summary>
public sealed unsafe class TestRun : IDisposable
{
    private const int ContextSize = 192;
    private const int MarkOffset = 8;
    private const int IngressIfindexOffset = 36;
    private const int IfindexOffset = 40;

    private readonly BpfFd _program;

    /// <summary>Opens <c>program_NAME</c> in an agent's pin directory.</summary>
    public TestRun(string pinDirectory, string program) =>
        _program = new BpfFd(Errno.Check(LibBpf.OpenPin($"{pinDirectory}/program_{program}"), program));

    /// <summary>Frames without a whole IP header are refused by the kernel (EINVAL) before a program sees
    /// them.</summary>
    public static int ShortestFrame(bool ipv6) => 14 + (ipv6 ? 40 : 20);

    /// <summary>Runs it.</summary>
    /// <param name="frame">From the Ethernet header on.</param>
    /// <param name="ifindex">The interface whose hook it is, in the calling thread's network namespace.</param>
    /// <param name="ingressIfindex">Where the packet entered the node; 0: made here.</param>
    /// <param name="mark">skb->mark before.</param>
    /// <param name="repeat">How often; the results are the last run's.</param>
    /// <returns>What the program returned, skb->mark after, and the mean time of a run in nanoseconds.</returns>
    public (TcAction Action, uint Mark, uint Nanoseconds) Run(
        ReadOnlySpan<byte> frame, int ifindex, int ingressIfindex, uint mark = 0, int repeat = 1)
    {
        var context = stackalloc byte[ContextSize];
        new Span<byte>(context, ContextSize).Clear();
        *(uint*)(context + MarkOffset) = mark;
        *(int*)(context + IngressIfindexOffset) = ingressIfindex;
        *(int*)(context + IfindexOffset) = ifindex;
        fixed (byte* data = frame)
        {
            var options = new TestRunOptions
            {
                Size = (nuint)sizeof(TestRunOptions),
                Input = data,
                InputLength = (uint)frame.Length,
                ContextIn = context,
                ContextOut = context,
                ContextInSize = ContextSize,
                ContextOutSize = ContextSize,
                Repeat = repeat,
            };
            int result;
            do
            {
                // Signals, such as those by which a runtime stops its threads, end a long run.
                result = LibBpf.TestRun(_program, &options);
            }
            while (result == -Errno.Interrupted);

            Errno.Check(result, $"a frame of {frame.Length} bytes cannot be run");
            return ((TcAction)(int)options.Result, *(uint*)(context + MarkOffset), options.Duration);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _program.Dispose();
}
