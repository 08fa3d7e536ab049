namespace Jumpgate.Agent.Policies;

/// <summary>A file's text, or why it could not be read.</summary>
internal sealed record FileContent(string Path, string? Text, string? Error)
{
    private const long MaxBytes = 4 * 1024 * 1024;

    public static FileContent Read(string path)
    {
        try
        {
            var info = new FileInfo(path);
            if (info.Length > MaxBytes)
            {
                return new(path, null, $"the file is larger than {MaxBytes / (1024 * 1024)} MiB");
            }

            return new(path, File.ReadAllText(path), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(path, null, $"cannot be read: {e.Message}");
        }
    }
}
