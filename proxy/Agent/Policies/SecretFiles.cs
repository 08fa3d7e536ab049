using System.Text;
using Jumpgate.Agent.Files;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Policies;

/// <summary>Secrets as files: <c>DIR/NAMESPACE/NAME/KEY</c>. Values are never logged.</summary>
public sealed class SecretFiles(string? directory, ILogger logger) : ISecretSource
{
    private const int MaxBytes = 1024 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public string? TryRead(SecretReference secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var name = $"{secret.Namespace}/{secret.Name}/{secret.Key}";
        if (directory is null)
        {
            logger.SecretUnreadable(name, "no --secrets directory was given");
            return null;
        }

        try
        {
            var folder = Path.Combine(directory, secret.Namespace, secret.Name);
            // Without a key, a secret of one entry is meant.
            var path = secret.Key is null ? SingleFile(folder) : Path.Combine(folder, secret.Key);
            if (path is null)
            {
                logger.SecretUnreadable(name, "it does not have exactly one key");
                return null;
            }

            if (RegularFile.TryRead(path, MaxBytes, out var error) is not { } bytes)
            {
                logger.SecretUnreadable(name, $"{path}: {error}");
                return null;
            }

            return Utf8.GetString(bytes).TrimStart('\ufeff').TrimEnd('\r', '\n');
        }
        catch (DecoderFallbackException)
        {
            logger.SecretUnreadable(name, "it is not UTF-8");
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.SecretUnreadable(name, e is UnauthorizedAccessException
                ? "permission denied" : "no such file, or not readable");
            return null;
        }
    }

    /// <summary>Changes when any file <c>NAMESPACE/NAME/KEY</c> does, what a link leads to included.</summary>
    internal string Fingerprint() => directory is null
        ? string.Empty
        : string.Join(
            '|', Entries(directory, 3).Order(StringComparer.Ordinal).Select(f => $"{f}:{RegularFile.Fingerprint(f)}"));

    /// <summary>Of a bounded depth: a link to a folder above would make an endless tree.</summary>
    private static IEnumerable<string> Entries(string folder, int depth)
    {
        string[] entries;
        try
        {
            entries = Directory.GetFileSystemEntries(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile, not a folder, or not ours to read: then nothing in it can be read as a secret either.
            return [];
        }

        return depth == 1 ? entries : entries.SelectMany(e => Entries(e, depth - 1));
    }

    private static string? SingleFile(string folder)
    {
        var files = Directory.GetFiles(folder);
        return files.Length == 1 ? files[0] : null;
    }
}
