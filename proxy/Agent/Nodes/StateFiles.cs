using System.Text.Json;
using Jumpgate.Bpf.Netlink;
using Jumpgate.Policy.Identities;

namespace Jumpgate.Agent.Nodes;

/// <summary>
/// What outlives the agent: identity numbers, and interface switches to put back. Files are 0600, written whole.
/// </summary>
public sealed class StateFiles
{
    private const string Identities = "identities.json";
    private const string Sysctls = "sysctls.json";

    private readonly string _directory;

    public StateFiles(string directory) => _directory = directory;

    /// <summary>Makes the directory (0700) and takes it for this process alone.</summary>
    internal FileStream Lock()
    {
        try
        {
            Directory.CreateDirectory(
                _directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new FileStream(
                Path.Combine(_directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new AgentException(
                $"cannot write to the state directory {_directory}: {e.Message}; run as root or name another with --state", e);
        }
        catch (IOException e)
        {
            throw new AgentException(
                $"cannot take the state directory {_directory}: {e.Message}; does another agent run on it?", e);
        }
    }

    internal IdentityAllocator LoadIdentities()
    {
        var path = Path.Combine(_directory, Identities);
        if (!File.Exists(path))
        {
            return new IdentityAllocator();
        }

        string? reason;
        try
        {
            var state = JsonSerializer.Deserialize<IdentityAllocatorState>(File.ReadAllText(path));
            if (state is not null && IdentityAllocator.TryImport(state, out var allocator, out reason))
            {
                return allocator;
            }

            reason = "it contradicts itself";
        }
        catch (JsonException e)
        {
            reason = e.Message;
        }

        throw new AgentException($"{path} is damaged ({reason}); move it away, and identities are numbered anew");
    }

    internal void SaveIdentities(IdentityAllocator allocator) => Write(Identities, allocator.Export());

    public IReadOnlyList<SysctlChange> LoadSysctls()
    {
        var path = Path.Combine(_directory, Sysctls);
        try
        {
            return File.Exists(path)
                ? JsonSerializer.Deserialize<List<SysctlChange>>(File.ReadAllText(path)) ?? [] : [];
        }
        catch (JsonException e)
        {
            throw new AgentException(
                $"{path} is damaged ({e.Message}); move it away, and set accept_local of the interfaces back by hand",
                e);
        }
    }

    internal void SaveSysctls(IEnumerable<SysctlChange> changes) => Write(Sysctls, changes.ToList());

    /// <summary>Removes what we wrote, and the directory where nothing else is in it.</summary>
    public void Remove()
    {
        if (!Directory.Exists(_directory))
        {
            return;
        }

        foreach (var name in (string[])[Identities, Sysctls, "lock"])
        {
            File.Delete(Path.Combine(_directory, name));
        }

        if (!Directory.EnumerateFileSystemEntries(_directory).Any())
        {
            Directory.Delete(_directory);
        }
    }

    private void Write<T>(string name, T value)
    {
        var path = Path.Combine(_directory, name);
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(path + ".new", options))
        {
            JsonSerializer.Serialize(file, value);
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
    }
}
