using System.Text;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests;

/// <summary>Bad input to a running agent: it says what is wrong, and the former state stays in force.</summary>
[Collection("kernel")]
public sealed class ResilienceInputTests
{
    private static readonly string Good = Policies.Server(Policies.HttpGetV1);

    /// <summary>What is made at {0}, and what is said about it.</summary>
    private static readonly (string Make, string Expected)[] Files =
    [
        ("mkfifo {0}", "is a named pipe, not a regular file"),
        ("ln -s /dev/zero {0}", "is a device, not a regular file"),
        ("ln -s / {0}", "is a directory, not a regular file"),
        ("ln -s {0} {0}", "symbolic links"),
        ("ln -s /nonexistent {0}", "No such file"),
        ("truncate -s 1G {0}", "is larger than 4 MiB"),
        (@"printf 'spec: \377\n' > {0}", "byte 6 is not UTF-8"),
        (@"printf '\377\376a\000' > {0}", "byte 0 is not UTF-8"),
    ];

    private static readonly (string Yaml, string Expected)[] Texts =
    [
        ("a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n",
            "anchor"),
        (string.Concat(Enumerable.Repeat("[", 100_000)), "nested deeper than 64 levels"),
        (Good.Replace("name: server", $"name: {new string('x', 3_000_000)}", StringComparison.Ordinal),
            "metadata.name"),
        (Good.Replace("endpointSelector: {", "endpointSelector: [ {", StringComparison.Ordinal)
            .Replace("class: server } }", "class: server } } ]", StringComparison.Ordinal), "endpointSelector"),
        (Good.Replace("method: GET", "metod: GET", StringComparison.Ordinal), "metod"),
        (Good.Replace("port: web", "port: [80]", StringComparison.Ordinal), "port"),
        (Good.Replace("kind: Cilium", "kind: Selium", StringComparison.Ordinal), "kind"),
        (Good + "\n  ingress: []", "ingress"),
        ("\t" + Good, "not YAML"),
    ];

    [Fact]
    public async Task PolicyFile_BadInEveryWay_IsReported_TheFormerVersionStays()
    {
        await using var scene = await StartAsync();
        var path = Path.Combine(scene.PoliciesDirectory, "p0.yaml");
        foreach (var (make, expected) in Files)
        {
            Make(make, path);
            await SaysAsync(scene, "p0.yaml", expected);
        }

        foreach (var (yaml, expected) in Texts)
        {
            scene.WritePolicy("p0.yaml", yaml);
            await SaysAsync(scene, "p0.yaml", expected);
        }

        await AssertGoodInForceAsync(scene);
        Assert.False(await scene.CanConnectAsync("stranger", scene.Server(false)));
        Assert.DoesNotContain("   at ", scene.Agent.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WorkloadsFile_BadInEveryWay_IsReported_TheFormerVersionStays()
    {
        await using var scene = await StartAsync();
        foreach (var (make, expected) in Files)
        {
            Make(make, scene.WorkloadsFile);
            await SaysAsync(scene, "workloads.yaml", expected);
        }

        foreach (var (yaml, expected) in ((string, string)[])[
            ("", "the file is empty"), ("workloads: 7", "workloads"), ("workload: []", "workload"),
                ("workloads: [ { nome: x } ]", "nome"),
            ("workloads: [" + string.Concat(Enumerable.Repeat("[", 100_000)), "nested deeper")])
        {
            Replace(scene.WorkloadsFile, yaml);
            await SaysAsync(scene, "workloads.yaml", expected);
        }

        File.Delete(scene.WorkloadsFile);
        await SaysAsync(scene, "workloads.yaml", "No such file");
        await AssertGoodInForceAsync(scene);
        Assert.Equal(3, (await scene.ReadStatusAsync()).Workloads);
        Assert.DoesNotContain("   at ", scene.Agent.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PoliciesDirectory_RemovedAndMadeAgain_TheFormerPoliciesStayUntilThen()
    {
        await using var scene = await StartAsync();
        Directory.Delete(scene.PoliciesDirectory, recursive: true);
        await SaysAsync(scene, scene.PoliciesDirectory, "the policies last read stay in force");
        await AssertGoodInForceAsync(scene);

        var next = scene.PoliciesDirectory + ".next";
        Directory.CreateDirectory(next);
        File.WriteAllText(
            Path.Combine(next, "other.yaml"),
            "\ufeff" + Good.Replace("/v1/", "/v2/", StringComparison.Ordinal)
            .Replace("\n", "\r\n", StringComparison.Ordinal),
            Encoding.UTF8);
        var before = (await scene.ReadStatusAsync()).AcknowledgedRevision;
        Directory.Move(next, scene.PoliciesDirectory);
        await Wait.UntilAsync(
            async () => await scene.ReadStatusAsync() is { Problems.Count: 0 } status
            && status.AcknowledgedRevision > before,
            Wait.Patience, "the new directory to be read", scene.Agent.Captured);

        Assert.Equal(403, await scene.GetAsync("client", scene.Server(false), "GET /v1/x"));
        Assert.Equal(200, await scene.GetAsync("client", scene.Server(false), "GET /v2/x"));
    }

    [Fact]
    public async Task Files_VanishingAndChangingWhileRead_NeverStopTheAgent_NorOpenTheDoor()
    {
        await using var scene = await StartAsync();
        using var peer = await scene.ConnectAsync("client", scene.Server(false));
        var coming = Path.Combine(scene.PoliciesDirectory, "q.yaml");
        var other = Good.Replace("name: server", "name: second", StringComparison.Ordinal);
        for (var i = 0; i < 200; i++)
        {
            // Written in place, in pieces: the reader may see any beginning of it, and a file that is gone a moment
            // later.
            using (var file = new StreamWriter(coming))
            {
                foreach (var piece in other.Chunk(40))
                {
                    file.Write(piece);
                    file.Flush();
                }
            }

            Assert.Equal(403, (await peer.AskAsync("PUT /v1/x")).Status);
            File.Delete(coming);
            Assert.Equal(200, (await peer.AskAsync("GET /v1/x")).Status);
        }

        await Wait.UntilAsync(
            async () => await scene.ReadStatusAsync() is { Problems.Count: 0, Policies: 1 }, Wait.Patience, "peace",
            scene.Agent.Captured);
        await AssertGoodInForceAsync(scene);
    }

    [Fact]
    public async Task Workload_DeletedAndMadeAgainUnderItsName_IsAttachedAgain()
    {
        await using var scene = await StartAsync();
        scene.Lab.RemoveWorkload("stranger");
        await Wait.UntilAsync(
            async () => await scene.ReadStatusAsync() is { Workloads: 2, Waiting: 1 }, Wait.Patience,
            "the workload to be waiting");
        scene.Lab.AddWorkload("stranger");
        await Wait.UntilAsync(
            async () => await scene.ReadStatusAsync() is { Workloads: 3, Waiting: 0 }, Wait.Patience,
            "the workload to be attached");

        Assert.False(await scene.CanConnectAsync("stranger", scene.Server(false)));
        File.WriteAllText(
            scene.WorkloadsFile, File.ReadAllText(scene.WorkloadsFile)
            .Replace("org: alliance", "org: empire", StringComparison.Ordinal));
        await Wait.UntilAsync(
            async () => await scene.CanConnectAsync("stranger", scene.Server(false)), Wait.Patience,
            "the workload to be let in");
        Assert.Equal(403, await scene.GetAsync("stranger", scene.Server(false), "PUT /v1/x"));
    }

    [Fact]
    public async Task StateDirectory_FullWhileRunning_TheFormerStateStays_UntilThereIsRoom()
    {
        await using var scene = Scene.Prepare(Good);
        scene.Serve(false);
        await scene.StartAgentAsync(
            null, "unshare", "--mount", "sh", "-c",
            $"mkdir -p {scene.StateDirectory} && mount -t tmpfs -o size=64k none {scene.StateDirectory} && exec \"$@\"",
            "sh");
        var filler = $"/proc/{scene.Agent.Id}/root{scene.StateDirectory}/filler";
        Command.TryRun(null, "dd", "if=/dev/zero", $"of={filler}", "bs=4k");

        scene.WritePolicy("p0.yaml", Good.Replace("/v1/", "/v2/", StringComparison.Ordinal));
        await SaysAsync(scene, scene.StateDirectory, "No space left on device", "--state");
        await AssertGoodInForceAsync(scene);

        File.Delete(filler);
        await Wait.UntilAsync(
            async () => (await scene.ReadStatusAsync()).Problems.Count == 0, Wait.Patience, "the agent to go on",
            scene.Agent.Captured);
        Assert.Equal(200, await scene.GetAsync("client", scene.Server(false), "GET /v2/x"));
    }

    private static async Task<Scene> StartAsync()
    {
        var scene = await Scene.StartAsync(Good);
        scene.Serve(false);
        return scene;
    }

    private static async Task AssertGoodInForceAsync(Scene scene)
    {
        Assert.Equal(403, await scene.GetAsync("client", scene.Server(false), "PUT /v1/x"));
        Assert.Equal(200, await scene.GetAsync("client", scene.Server(false), "GET /v1/x"));
    }

    /// <summary>Puts it in place in one step: a moment without the file is another state.</summary>
    private static void Make(string command, string path)
    {
        var place = Path.Combine(Path.GetDirectoryName(path)!, ".new");
        // A link to itself has to be made under its own name.
        if (command == "ln -s {0} {0}")
        {
            Command.Run("ln", "-s", path, place);
        }
        else
        {
            Command.Run("sh", "-c", command.Replace("{0}", place, StringComparison.Ordinal));
        }

        // Not File.Move: it looks through links.
        Command.Run("mv", "-fT", place, path);
    }

    private static void Replace(string path, string text)
    {
        var place = path + ".new";
        File.WriteAllText(place, text);
        File.Move(place, path, overwrite: true);
    }

    private static Task SaysAsync(Scene scene, params string[] parts)
    {
        var last = "";
        return Wait.UntilAsync(
            async () => (last = string.Join('\n', (await scene.ReadStatusAsync()).Problems)).Split('\n')
                .Any(problem => parts.All(part => problem.Contains(part, StringComparison.Ordinal))),
            Wait.Patience, $"'{string.Join("' and '", parts)}' in the status", () =>
                last + "\n" + scene.Agent.Captured());
    }
}
