using System.Globalization;
using System.Text.Json;

namespace Jumpgate.Testing;

/// <summary>Lists everything <see cref="LeakCheck"/> compares, one line each.</summary>
internal static class LeakInventory
{
    private const string BpfFileSystem = "/sys/fs/bpf";
    private static readonly string[] StayingKinds = ["link ", "tc ", "rule ", "route "];

    public static bool MustStay(string item) =>
        StayingKinds.Any(kind => item.StartsWith(kind, StringComparison.Ordinal));

    public static IReadOnlySet<string> Take(LeakOptions options)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        void Add(LeakKinds kind, Func<IEnumerable<string>> list)
        {
            if (options.Kinds.HasFlag(kind))
            {
                found.UnionWith(list());
            }
        }

        string?[] places = [null, .. options.Namespaces];
        Add(LeakKinds.Namespaces, () => Namespaces().Where(options.IsOurNamespace).Select(name => $"netns {name}"));
        Add(LeakKinds.Links, () => Links(null).Select(name => $"link {name}"));
        Add(LeakKinds.TrafficControl, () => places.Where(Exists).SelectMany(TrafficControl));
        Add(LeakKinds.Routing, () => places.Where(Exists).SelectMany(Routing));
        Add(LeakKinds.BpfObjects, () => ((string[])["prog", "map", "link"]).SelectMany(
            kind => BpfObjects(kind, options.IsOurBpfObject)));
        Add(LeakKinds.Pins, () => Pins(BpfFileSystem).Where(options.IsOurPin).Select(path => $"pin {path}"));
        Add(LeakKinds.Processes, Descendants);
        Add(LeakKinds.Descriptors, Descriptors);
        return found;
    }

    private static List<string> Namespaces() => Directory.Exists("/run/netns")
        ? [.. Directory.EnumerateFileSystemEntries("/run/netns").Select(path => Path.GetFileName(path))]
        : [];

    private static bool Exists(string? place) => place is null || File.Exists($"/run/netns/{place}");

    private static string[] In(string? place, params string[] arguments) =>
        place is null ? arguments : ["-n", place, .. arguments];

    private static List<string> Links(string? place) => [.. Command.RunJson("ip", In(place, "-j", "link"))
        .EnumerateArray().Select(link => link.GetProperty("ifname").GetString()!)];

    private static IEnumerable<string> TrafficControl(string? place)
    {
        var name = place ?? "machine";
        foreach (var link in Links(place))
        {
            // Interfaces of others come and go between the two commands; what is gone has no qdisc.
            var qdiscs = Command.TryRun(null, "tc", In(place, "qdisc", "show", "dev", link)).Output;
            foreach (var qdisc in Lines(qdiscs))
            {
                yield return $"tc {name} {link} {qdisc}";
            }

            foreach (var side in qdiscs.Contains("clsact", StringComparison.Ordinal) ? (string[])["ingress", "egress"]
                : qdiscs.Contains("ingress", StringComparison.Ordinal) ? ["ingress"] : [])
            {
                foreach (var filter in Lines(
                    Command.TryRun(null, "tc", In(place, "filter", "show", "dev", link, side)).Output))
                {
                    yield return $"tc {name} {link} {side} {filter}";
                }
            }
        }
    }

    private static IEnumerable<string> Routing(string? place)
    {
        var name = place ?? "machine";
        foreach (var family in (string[])["-4", "-6"])
        {
            foreach (var rule in Lines(Command.TryRun(null, "ip", In(place, family, "rule")).Output))
            {
                yield return $"rule {name} {family} {rule}";
            }

            foreach (var route in Lines(
                Command.TryRun(null, "ip", In(place, family, "route", "show", "table", "all")).Output))
            {
                // Router advertisements and path-MTU caches count down by themselves.
                if (!route.Contains(" expires ", StringComparison.Ordinal))
                {
                    yield return $"route {name} {family} {route}";
                }
            }
        }
    }

    private static IEnumerable<string> BpfObjects(string kind, Func<string, bool> isOurs)
    {
        foreach (var item in Command.RunJson("bpftool", "-j", kind, "show").EnumerateArray())
        {
            var name = item.TryGetProperty("name", out var text) ? text.GetString()! : "";
            if (isOurs(name) && !IsHeldByOthersOnly(item))
            {
                var type = item.TryGetProperty("type", out var typeName) ? typeName.ToString() : "";
                yield return $"bpf {kind} {item.GetProperty("id")} {type} {name}";
            }
        }
    }

    private static bool IsHeldByOthersOnly(JsonElement item) =>
        item.TryGetProperty("pids", out var holders) && holders.GetArrayLength() > 0
        && holders.EnumerateArray().All(holder => !IsDescendantOrSelf(holder.GetProperty("pid").GetInt32()));

    private static List<string> Pins(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 };
        return [.. Directory.EnumerateFileSystemEntries(directory, "*", options)];
    }

    private static IEnumerable<string> Descendants()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var pid)
                && pid != Environment.ProcessId && IsDescendantOrSelf(pid)
                && ReadStat(pid) is { } stat)
            {
                yield return $"process {pid} {stat.Name}";
            }
        }
    }

    private static bool IsDescendantOrSelf(int pid)
    {
        while (pid > 1)
        {
            if (pid == Environment.ProcessId)
            {
                return true;
            }

            pid = ReadStat(pid)?.Parent ?? 0;
        }

        return false;
    }

    private static (string Name, int Parent)? ReadStat(int pid)
    {
        try
        {
            // "pid (name) state ppid": the name may hold anything, so the last parenthesis counts.
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var end = text.LastIndexOf(')');
            var parent = text[(end + 2)..].Split(' ')[1];
            return (text[(text.IndexOf('(', StringComparison.Ordinal) + 1)..end],
                int.Parse(parent, CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Descriptors()
    {
        foreach (var path in Directory.GetFiles("/proc/self/fd"))
        {
            // Null: closed meanwhile, such as the descriptor that listed this directory.
            var target = new FileInfo(path).LinkTarget;

            // The runtime keeps assemblies, event queues and its own plumbing open from first use to the end.
            if (target is not null && !target.EndsWith(".dll", StringComparison.Ordinal)
                && !target.Contains("eventpoll", StringComparison.Ordinal)
                && !target.StartsWith("/dev/", StringComparison.Ordinal)
                && !target.Contains("/memfd:doublemapper", StringComparison.Ordinal)
                && !target.StartsWith("/proc", StringComparison.Ordinal))
            {
                yield return $"descriptor {Path.GetFileName(path)} {target}";
            }
        }
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
