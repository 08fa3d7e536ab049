using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Policies;

/// <summary>Secrets as files: <c>DIR/NAMESPACE/NAME/KEY</c>. Values are never logged.</summary>
public sealed class SecretFiles(string? directory, ILogger logger) : ISecretSource
{
    private const int MaxBytes = 1024 * 1024;

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
            if (path is null || new FileInfo(path).Length > MaxBytes)
            {
                logger.SecretUnreadable(name, path is null ? "it does not have exactly one key" : "larger than 1 MiB");
                return null;
            }

            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.SecretUnreadable(name, e is UnauthorizedAccessException ? "permission denied" : "no such file, or not readable");
            return null;
        }
    }

    /// <summary>Changes when any file below does.</summary>
    internal string Fingerprint() => directory is null || !Directory.Exists(directory)
        ? string.Empty
        : string.Join('|', new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories)
            .OrderBy(f => f.FullName, StringComparer.Ordinal)
            .Select(f => $"{f.FullName}:{f.LastWriteTimeUtc.Ticks}:{f.Length}"));

    private static string? SingleFile(string folder)
    {
        var files = Directory.GetFiles(folder);
        return files.Length == 1 ? files[0] : null;
    }
}
