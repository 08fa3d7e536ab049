using System.Text;
using Jumpgate.Agent.Files;
using Jumpgate.Policy.Documents;

namespace Jumpgate.Agent.Policies;

/// <summary>A file's text, or why it could not be read.</summary>
internal sealed record FileContent(string Path, string? Text, string? Error)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

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
