namespace Jumpgate.Bpf.Native;

/// <summary>Runs programs of type syscall.</summary>
internal static class SystemCall
{
    /// <summary>Runs a program on a context, which it may write to.</summary>
    internal static unsafe void Run<T>(BpfFd program, ref T context)
        where T : unmanaged
    {
        fixed (T* memory = &context)
        {
            var options = new TestRunOptions
            {
                Size = (nuint)sizeof(TestRunOptions),
                ContextIn = (byte*)memory,
                ContextInSize = (uint)sizeof(T),
            };
            int result;
            do
            {
                result = LibBpf.TestRun(program, &options);
            }
            while (result == -Errno.Interrupted);

            Errno.Check(result, "a BPF program of the lanes cannot be run");
        }
    }
}
