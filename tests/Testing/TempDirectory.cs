namespace Jumpgate.Testing;

/// <summary>A directory of its own for one test (mode 0700), removed with everything in it.</summary>
public sealed class TempDirectory : IDisposable
{
    /// <summary>Creates it below the system's temporary directory.</summary>
    public TempDirectory() => Path = Directory.CreateTempSubdirectory("jumpgate-test-").FullName;

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>Absolute path of something in it; nothing is created.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file, with the folders it needs, and returns its absolute path.</summary>
    public string Write(string name, string content)
    {
        var path = File(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
