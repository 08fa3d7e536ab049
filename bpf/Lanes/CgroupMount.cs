namespace Jumpgate.Bpf;

/// <summary>Where the cgroup v2 hierarchy is mounted (Documentation/admin-guide/cgroup-v2.rst).</summary>
internal static class CgroupMount
{
    /// <summary>The first mount of it in this process's view, or null. Its root sees every process.</summary>
    internal static string? Find()
    {
        foreach (var line in File.ReadLines("/proc/self/mounts"))
        {
            var fields = line.Split(' ');
            if (fields.Length > 2 && fields[2] == "cgroup2")
            {
                return fields[1].Replace("\\040", " ", StringComparison.Ordinal);
            }
        }

        return null;
    }
}
