using System.Text;
using Jumpgate.Agent.Files;
using Jumpgate.Policy.Documents;

namespace Jumpgate.Agent.Policies;

/// <summary>A file's text, or why it could not be read.</summary>
internal sealed record FileContent(string Path, string? Text, string? Error)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// A file that changes twice within the clock's step looks unchanged: only what has rested is believed.
    /// </summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    private string? Fingerprint { get; init; }

    /// <summary>Reads the file, unless it is certain that it holds what <paramref name="former"/> says.</summary>
    public static FileContent Read(string path, FileContent? former)
    {
        var fingerprint = RegularFile.Fingerprint(path, Rest);
        return fingerprint is not null && fingerprint == former?.Fingerprint
            ? former
            : Read(path) with { Fingerprint = fingerprint };
    }

    public bool Equals(FileContent? other) =>
        other is not null && Path == other.Path && Text == other.Text && Error == other.Error;

    public override int GetHashCode() => HashCode.Combine(Path, Text, Error);

    /// <summary>Never blocks, never reads more than a policy file may hold.</summary>
    public static FileContent Read(string path)
    {
        if (RegularFile.TryRead(path, PolicyLimits.MaxFileBytes, out var error) is not { } bytes)
        {
            return new(path, null, $"cannot be read: {error}");
        }

        try
        {
            return new(path, Utf8.GetString(bytes), null);
        }
        catch (DecoderFallbackException e)
        {
            // A replacement character in a rule would be another rule.
            return new(path, null, $"cannot be read: byte {e.Index} is not UTF-8; save the file as UTF-8");
        }
    }
}
