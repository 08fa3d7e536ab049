using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Jumpgate.Agent.Tests.Samples;

/// <summary>
/// docker-compose.yml as far as it can be checked without an engine: what compose would refuse, and what would not find
/// what it refers to.
/// </summary>
public sealed class ComposeFileTests
{
    /// <summary>Of the Compose specification; a misspelt one would be refused.</summary>
    private static readonly string[] s_serviceKeys =
    [
        "cap_add", "cap_drop", "cgroup", "cgroup_parent", "command", "depends_on", "entrypoint", "environment", "image",
            "network_mode",
        "pid", "profiles", "stop_grace_period", "user", "volumes", "working_dir",
    ];

    private readonly YamlMappingNode _file = Read("docker-compose.yml");

    [Fact]
    public void Services_HaveKnownKeys_AndPinnedImages()
    {
        foreach (var (name, service) in Services())
        {
            Assert.Empty(service.Children.Keys.Select(Text).Except(s_serviceKeys));
            var image = Text(service["image"]);
            var tag = image[(image.LastIndexOf(':') + 1)..];
            Assert.True(tag.Any(char.IsAsciiDigit) && tag.Contains('.', StringComparison.Ordinal), $"{name}: {image}");
        }
    }

    [Fact]
    public void References_Resolve()
    {
        var services = Services();
        var volumes = ((YamlMappingNode)_file["volumes"]).Children.Keys.Select(Text).ToList();
        foreach (var (name, service) in services)
        {
            foreach (var mount in List(service, "volumes").Select(m => m.Split(':')))
            {
                Assert.InRange(mount.Length, 2, 3);
                Assert.True(
                    mount[0][0] switch
                    {
                        '.' => Path.Exists(Path.Combine(Root(), mount[0])),
                        '/' => true,
                        _ => volumes.Remove(mount[0])
                        || services.Count(s =>
                        List(s.Value, "volumes").Any(v => v.StartsWith(mount[0], StringComparison.Ordinal))) > 1,
                    },
                    $"{name}: {mount[0]}");
            }

            if (service.Children.TryGetValue("network_mode", out var mode)
                && Text(mode).StartsWith("service:", StringComparison.Ordinal))
            {
                var other = services[Text(mode)["service:".Length..]];
                Assert.Equal(List(service, "profiles"), List(other, "profiles"));
                Assert.NotEqual(Text(other["cgroup_parent"]), Text(service["cgroup_parent"]));
            }

            if (service.Children.TryGetValue("depends_on", out var others))
            {
                Assert.All(((YamlMappingNode)others).Children.Keys, other =>
                    Assert.Contains(Text(other), services.Keys));
            }
        }

        Assert.Empty(volumes);
    }

    [Fact]
    public void Sidecars_AreWhereTheWorkloadsFileSaysTheyAre()
    {
        var services = Services();
        var workloads = (YamlSequenceNode)Read("samples/deathstar/envoy/workloads.yaml")["workloads"];
        foreach (var workload in workloads.Cast<YamlMappingNode>())
        {
            var service = Text(workload["netns"])["jg-".Length..];
            var sidecar = (YamlMappingNode)workload["sidecar"];
            Assert.Equal(CgroupOf(services[service]), Text(sidecar["cgroup"]));
            Assert.Equal(CgroupOf(services[$"envoy-{service}"]), Text(sidecar["sidecarCgroup"]));
            Assert.Contains($"/bootstrap/{Text(workload["name"])}.yaml", List(services[$"envoy-{service}"], "command"));
            Assert.Contains(
                Text(workload["name"]), List(services["bootstrap"], "command")[2], StringComparison.Ordinal);
        }

        // systemd's slices: a dash makes a child.
        static string CgroupOf(YamlMappingNode service)
        {
            var slice = Text(service["cgroup_parent"]);
            return $"/sys/fs/cgroup/{slice[..slice.IndexOf('-', StringComparison.Ordinal)]}.slice/{slice}";
        }
    }

    private Dictionary<string, YamlMappingNode> Services() =>
        ((YamlMappingNode)_file["services"]).Children.ToDictionary(
        s => Text(s.Key), s => Merged((YamlMappingNode)s.Value));

    /// <summary>With what <c>&lt;&lt;</c> brings in.</summary>
    private static YamlMappingNode Merged(YamlMappingNode service)
    {
        var merged = new YamlMappingNode(service.Children.Where(c => Text(c.Key) != "<<"));
        if (service.Children.TryGetValue("<<", out var more))
        {
            foreach (var (key, value) in ((YamlMappingNode)more).Children)
            {
                merged.Children.TryAdd(key, value);
            }
        }

        return merged;
    }

    private static List<string> List(YamlMappingNode service, string key) =>
        service.Children.TryGetValue(key, out var list) ? [.. ((YamlSequenceNode)list).Select(Text)] : [];

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    private static YamlMappingNode Read(string file)
    {
        using var reader = new StreamReader(Path.Combine(Root(), file));
        var stream = new YamlStream();
        stream.Load(new Parser(reader));
        return (YamlMappingNode)Assert.Single(stream.Documents).RootNode;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "docker-compose.yml")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
