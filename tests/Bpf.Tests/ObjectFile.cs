namespace Jumpgate.Bpf.Tests;

/// <summary>A test object as a file, for tools.</summary>
internal sealed class ObjectFile : IDisposable
{
    internal ObjectFile(string name)
    {
        Path = System.IO.Path.GetTempFileName();
        File.WriteAllBytes(Path, ProgramObject.Read(typeof(ObjectFile).Assembly, name).Image);
    }

    internal string Path { get; }

    public void Dispose() => File.Delete(Path);
}
