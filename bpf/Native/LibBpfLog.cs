using System.Runtime.InteropServices;
using System.Text;

namespace Jumpgate.Bpf.Native;

/// <summary>
/// Collects what libbpf prints on this thread while an instance lives. Outside of one everything is dropped: libbpf
/// must never write to the agent's standard error by itself.
/// </summary>
internal sealed unsafe class LibBpfLog : IDisposable
{
    private const int Warning = 0;

    [ThreadStatic]
    private static LibBpfLog? s_current;

    private readonly StringBuilder _text = new();
    private readonly LibBpfLog? _outer;

    static LibBpfLog() => LibBpf.SetPrint(&Print);

    internal LibBpfLog()
    {
        _outer = s_current;
        s_current = this;
    }

    /// <summary>All warnings so far, the verifier's log included.</summary>
    internal string Text => _text.ToString();

    /// <summary>The verifier's log, if a program was refused.</summary>
    internal string? VerifierLog
    {
        get
        {
            var text = Text;
            const string Begin = "-- BEGIN PROG LOAD LOG --";
            var start = text.LastIndexOf(Begin, StringComparison.Ordinal);
            if (start < 0)
            {
                return null;
            }

            start += Begin.Length;
            var end = text.IndexOf("-- END PROG LOAD LOG --", start, StringComparison.Ordinal);
            return text[start..(end < 0 ? text.Length : end)].Trim('\n');
        }
    }

    /// <summary>The last lines that say something, joined to one: the verifier's statistics and libbpf's echoes of the
    /// same failure explain nothing.</summary>
    internal string LastLines(int count)
    {
        var lines = (VerifierLog ?? Text)
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith("processed ", StringComparison.Ordinal)).ToArray();
        return string.Join("; ", lines.TakeLast(count));
    }

    public void Dispose() => s_current = _outer;

    [UnmanagedCallersOnly]
    private static int Print(int level, byte* format, nint arguments)
    {
        var log = s_current;
        if (log is null || level != Warning)
        {
            return 0;
        }

        byte* text = null;
        if (LibC.FormatAllocated(&text, format, arguments) >= 0)
        {
            log._text.Append(Marshal.PtrToStringUTF8((nint)text));
            LibC.Free(text);
        }

        return 0;
    }
}
