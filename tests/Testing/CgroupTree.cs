namespace Jumpgate.Testing;

/// <summary>
/// A workload's cgroup with folders for its application and its sidecar, made below the mount of cgroup v2.
/// </summary>
public sealed class CgroupTree : IDisposable
{
    private const string Prefix = "jg-";
    private static int _trees;

    public CgroupTree()
    {
        RemoveStale();
        Workload = Path.Combine(Mount(), $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _trees)}");
        Make();
    }

    public string Workload { get; }

    public string Application => Path.Combine(Workload, "application");

    public string Sidecar => Path.Combine(Workload, "sidecar");

    public void Make()
    {
        foreach (var folder in (string[])[Workload, Application, Sidecar])
        {
            Directory.CreateDirectory(folder);
        }
    }

    /// <summary>A command that becomes a member before it becomes the program.</summary>
    public static string[] Through(string cgroup, params string[] command) =>
        ["sh", "-c", $"echo $$ > {cgroup}/cgroup.procs && exec \"$@\"", "sh", .. command];

    /// <summary>What is attached to the folders themselves, as bpftool tells.</summary>
    public string Programs() => string.Concat(
        new[] { Workload, Application, Sidecar }.Select(folder => Command.Run("bpftool", "cgroup", "list", folder)));

    /// <summary>Removes the folders; their processes are to end first.</summary>
    public void Remove()
    {
        foreach (var folder in (string[])[Application, Sidecar, Workload])
        {
            Wait.UntilAsync(() => TryRemove(folder), Wait.Patience, $"{folder} to be empty").GetAwaiter()
                .GetResult();
        }
    }

    public void Dispose() => Remove();

    private static string Mount() => File.ReadLines("/proc/self/mounts").Select(line => line.Split(' '))
        .First(fields => fields[2] == "cgroup2")[1];

    private static bool TryRemove(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                // rmdir(2): the files in it are the kernel's.
                return Command.TryRun(null, "rmdir", folder).ExitCode == 0;
            }
        }
        catch (IOException)
        {
            return false;
        }

        return true;
    }

    /// <summary>Of runs that were killed.</summary>
    private static void RemoveStale()
    {
        foreach (var folder in Directory.EnumerateDirectories(Mount(), Prefix + "*"))
        {
            var pid = Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (int.TryParse(pid, out _) && !Directory.Exists($"/proc/{pid}"))
            {
                TryRemove(Path.Combine(folder, "application"));
                TryRemove(Path.Combine(folder, "sidecar"));
                TryRemove(folder);
            }
        }
    }
}
