using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests;

/// <summary>
/// The command without an agent, given bad files: it ends at once, with lines that name them, and the right code.
/// </summary>
public sealed class ResilienceCommandTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Validate_AFolderOfEverythingBad_NamesEachFile()
    {
        var good = Policies.Server(Policies.HttpGetV1);
        var texts = new Dictionary<string, string>
        {
            ["alias"] = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
            ["deep"] = new string('[', 1_000_000),
            ["scalar"] = good.Replace("name: server", $"name: {new string('x', 4_000_000)}", StringComparison.Ordinal),
            ["type"] = good.Replace("port: web", "port: { a: b }", StringComparison.Ordinal),
            ["field"] = good.Replace("method: GET", "metod: GET", StringComparison.Ordinal),
            ["control"] = good + "\0",
            ["kind"] = good.Replace("CiliumNetworkPolicy", "NetworkPolicy", StringComparison.Ordinal),
        };
        foreach (var (name, text) in texts)
        {
            _directory.Write(name + ".yaml", text);
        }

        Command.Run("sh", "-c",
            "cd \"$0\" && mkfifo pipe.yaml && ln -s /dev/zero device.yaml && mkdir directory.yaml && ln -s loop.yaml loop.yaml "
            + "&& truncate -s 1T huge.yaml && printf 'a: \\377' > bytes.yaml", _directory.Path);
        _directory.Write("good.yaml", "\ufeff" + good.Replace("\n", "\r\n", StringComparison.Ordinal));

        var (code, output, error) = Run("policy", "validate", _directory.Path);

        Assert.Equal(1, code);
        Assert.Empty(error);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in (string[])[.. texts.Keys, "pipe", "device", "directory", "loop", "huge", "bytes"])
        {
            Assert.Contains(lines, l => l.StartsWith(_directory.File(name + ".yaml"), StringComparison.Ordinal)
                && l.Contains(": error: ", StringComparison.Ordinal));
        }

        Assert.DoesNotContain(lines, l => l.Contains("good.yaml", StringComparison.Ordinal));
        Assert.All(lines[..^1], l => Assert.InRange(l.Length, 1, 1000));
        Assert.StartsWith("1 valid, ", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("is a named pipe", "policy", "explain", "--workloads", "{pipe}", "--policies", "{good}", "--from", "a",
        "--to", "b", "--port", "1")]
    [InlineData("no such file or folder", "policy", "validate", "{none}")]
    public void Command_WithoutItsFile_IsAnErrorOfUse(string expected, params string[] arguments)
    {
        Command.Run("mkfifo", _directory.File("pipe"));
        _directory.Write("good", Policies.Server(Policies.HttpGetV1));
        var (code, _, error) =
            Run([.. arguments.Select(a => a.StartsWith('{') ? _directory.File(a.Trim('{', '}')) : a)]);
        Assert.Equal(2, code);
        Assert.Contains(expected, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Status_WithoutAnAgent_SaysHowToStartOne()
    {
        var (code, output, error) = Run("status", "--admin-socket", _directory.File("admin.sock"));
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Contains("start 'jumpgate agent'",
            Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void Cleanup_AsNobody_NamesThePrivileges()
    {
        var (code, _, error) = Run(
            ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"],
            "cleanup", "--pin-dir", $"/sys/fs/bpf/jumpgate-e2e-{Environment.ProcessId}-none", "--state",
            _directory.File("none"));
        Assert.Equal(3, code);
        Assert.Contains("run as root", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)),
            StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments) => Run([], arguments);

    private static (int Code, string Output, string Error) Run(string[] through, params string[] arguments) =>
        Command.TryRun(
        null, "env", ["DOTNET_EnableDiagnostics=0", .. through, "dotnet", Product.Command, .. arguments]);
}
