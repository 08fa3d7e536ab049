using Jumpgate.Agent.Nodes;
using Jumpgate.Testing;

namespace Jumpgate.Agent.Tests.Nodes;

public sealed class StateFilesTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Remove_NoDirectory_IsDone()
    {
        new StateFiles(_directory.File("never-made")).Remove();

        Assert.False(Directory.Exists(_directory.File("never-made")));
    }

    [Fact]
    public void Remove_OnlyOurs_TheDirectoryGoesToo()
    {
        var path = _directory.File("state");
        var files = new StateFiles(path);
        files.Lock().Dispose();
        files.SaveSysctls([]);

        files.Remove();

        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void Remove_SomebodyElsesFile_Stays()
    {
        var path = _directory.File("state");
        var files = new StateFiles(path);
        files.Lock().Dispose();
        File.WriteAllText(Path.Combine(path, "notes"), "mine");

        files.Remove();

        Assert.Equal([Path.Combine(path, "notes")], Directory.EnumerateFileSystemEntries(path));
    }
}
