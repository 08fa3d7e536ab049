using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Jumpgate.Agent.Files;

/// <summary>
/// Reads files that anybody may have put there: only regular ones, never blocking, never more than asked for. .NET's
/// own way waits for ever on a named pipe, and for the end of <c>/dev/zero</c>.
/// </summary>
internal static partial class RegularFile
{
    private const int NonBlockingReadOnly = 0x800 | 0x100 | 0x80000; // O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const int StatxBytes = 256;
    private const int Attempts = 3;

    /// <param name="path">Links are followed.</param>
    /// <param name="maxBytes">What is larger is refused.</param>
    /// <param name="error">Why there is no content, to follow the name of the file.</param>
    public static byte[]? TryRead(string path, int maxBytes, out string? error)
    {
        for (var attempt = 1; ; attempt++)
        {
            // Before opening: the mere opening of a device may do something.
            if (Stat(path) is not { } named)
            {
                error = LastError();
                return null;
            }

            if ((error = WhyNot(named, maxBytes)) is not null)
            {
                return null;
            }

            using var file = Open(path, NonBlockingReadOnly, 0);
            if (file.IsInvalid || Stat(file) is not { } before)
            {
                error = LastError();
                return null;
            }

            if ((error = WhyNot(before, maxBytes)) is not null)
            {
                return null;
            }

            if (ReadAll(file, before.Size, maxBytes, out error) is not { } content)
            {
                return null;
            }

            if (Stat(file) == before)
            {
                return content;
            }

            if (attempt == Attempts)
            {
                error = "changes while it is read; write a new file beside it and rename that";
                return null;
            }
        }
    }

    /// <summary>Changes with the content; null where there is no such file.</summary>
    public static string? Fingerprint(string path) => Stat(path)?.ToString();

    /// <summary>The same, but null where the file changed less than <paramref name="rest"/> ago.</summary>
    public static string? Fingerprint(string path, TimeSpan rest) =>
        Stat(path) is { } state
            && DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(state.ChangeSeconds) is var age
        && age > rest ? state.ToString() : null;

    /// <summary>What it is in words; null for a regular file, and where there is none.</summary>
    public static string? KindOf(string path) => Stat(path) is { } state ? Kind(state) : null;

    private static byte[]? ReadAll(SafeFileHandle file, long size, int maxBytes, out string? error)
    {
        // One byte more than there should be shows the end. Files of procfs say 0 whatever they hold.
        var buffer = new byte[Math.Min(size, maxBytes) + 1];
        var count = 0;
        try
        {
            while (RandomAccess.Read(file, buffer.AsSpan(count), count) is > 0 and var more)
            {
                count += more;
                if (count > maxBytes)
                {
                    error = TooLarge(maxBytes);
                    return null;
                }

                if (count == buffer.Length)
                {
                    Array.Resize(ref buffer, (int)Math.Min(Math.Max(buffer.Length * 2L, 4096), maxBytes + 1L));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = e.Message;
            return null;
        }

        error = null;
        return buffer[..count];
    }

    private static string? WhyNot(in FileState state, int maxBytes)
    {
        var kind = Kind(state);
        return kind is not null ? $"is {kind}, not a regular file" : state.Size > maxBytes ? TooLarge(maxBytes) : null;
    }

    private static string? Kind(in FileState state) => (state.Mode & 0xf000) switch
    {
        0x8000 => null,
        0x1000 => "a named pipe",
        0x2000 or 0x6000 => "a device",
        0x4000 => "a directory",
        0xc000 => "a socket",
        _ => "something else",
    };

    private static string TooLarge(int maxBytes) => $"is larger than {maxBytes / (1024 * 1024)} MiB";

    private static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    private static FileState? Stat(string path)
    {
        Span<byte> buffer = stackalloc byte[StatxBytes];
        return Statx(CurrentDirectory, path, 0, BasicStats, buffer) < 0 ? null : FileState.From(buffer);
    }

    private static FileState? Stat(SafeFileHandle file)
    {
        Span<byte> buffer = stackalloc byte[StatxBytes];
        return Statx((int)file.DangerousGetHandle(), "", EmptyPath, BasicStats, buffer) < 0
            ? null : FileState.From(buffer);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> buffer);

    /// <summary>The same on every architecture, unlike struct stat (statx(2)).</summary>
    private readonly record struct FileState(
        int Mode, long Inode, long Size, long ChangeSeconds, int ChangeNanoseconds, long Seconds, int Nanoseconds)
    {
        public static FileState From(ReadOnlySpan<byte> statx) => new(
            BitConverter.ToUInt16(statx[28..]),
            BitConverter.ToInt64(statx[32..]),
            BitConverter.ToInt64(statx[40..]),
            BitConverter.ToInt64(statx[96..]),
            BitConverter.ToInt32(statx[104..]),
            BitConverter.ToInt64(statx[112..]),
            BitConverter.ToInt32(statx[120..]));
    }
}
