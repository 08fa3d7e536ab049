using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests;

/// <summary>
/// An agent that cannot start: one line that names the thing, the place and the way out, and the right exit code.
/// </summary>
[Collection("kernel")]
public sealed partial class ResilienceStartTests : IDisposable
{
    private const int Failure = 1;
    private const int Unsupported = 3;
    private readonly Scene _scene = Scene.Prepare(Policies.Server(Policies.HttpGetV1));
    private readonly TempDirectory _directory = new();

    public void Dispose()
    {
        _scene.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("-net_admin", "CAP_NET_ADMIN is missing", "run as root or grant the capability")]
    [InlineData("-sys_admin", "cannot enter network namespace", "CAP_SYS_ADMIN: run as root")]
    [InlineData("-bpf,-sys_admin", "CAP_BPF is missing", "run as root or grant the capability")]
    public async Task Start_WithoutACapability_NamesIt(string bounding, string what, string wayOut) =>
        AssertOneLine(await RunAsync(["setpriv", "--bounding-set", bounding]), Unsupported, what, wayOut);

    [Fact]
    public async Task Start_AsNobody_NamesThePrivileges() =>
        AssertOneLine(
            await RunAsync(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]),
            Unsupported, "CAP_NET_ADMIN is missing", "CAP_BPF is missing", "run as root");

    [Fact]
    public async Task Start_KernelWithoutBtf_NamesIt() =>
        AssertOneLine(
            await RunInMountNamespaceAsync("mount -t tmpfs none /sys/kernel/btf"),
            Unsupported, "kernel ", "has no BTF", "Linux 6.1 or later is needed");

    [Fact]
    public async Task Start_BpffsMissingAndNotToBeMounted_NamesTheMount() =>
        AssertOneLine(
            await RunInMountNamespaceAsync(
                "{ umount -l /sys/fs/bpf 2>/dev/null || true; } && mount -t tmpfs none /sys/fs"),
            Unsupported, "/sys/fs/bpf", "mount -t bpf bpf /sys/fs/bpf");

    [Fact]
    public async Task Start_PinsElsewhere_NamesTheFileSystem() =>
        AssertOneLine(await RunAsync([], "--pin-dir", _directory.File("pins")), Unsupported, "not on a BPF file system",
            "/sys/fs/bpf");

    [Fact]
    public async Task Start_StateDirectoryFull_NamesIt() =>
        AssertOneLine(
            await RunInMountNamespaceAsync(
                $"mkdir -p {_scene.StateDirectory} && mount -t tmpfs -o size=64k none {_scene.StateDirectory} && "
                + $"{{ dd if=/dev/zero of={_scene.StateDirectory}/fill bs=4k 2>/dev/null || true; }}"),
            Failure, _scene.StateDirectory, "No space left on device", "--state");

    [Fact]
    public async Task Start_StateDirectoryIsAFile_NamesIt() =>
        AssertOneLine(
            await RunAsync([], "--state", _directory.Write("file", "")), Failure, _directory.File("file"),
            "state directory");

    [Fact]
    public async Task Start_StateDamaged_NamesTheFile()
    {
        Directory.CreateDirectory(_scene.StateDirectory);
        File.WriteAllText(Path.Combine(_scene.StateDirectory, "identities.json"), "{ \"Next\": ");
        AssertOneLine(await RunAsync([]), Failure, "identities.json is damaged", "move it away");
    }

    [Fact]
    public async Task Start_PoliciesDirectoryMissing_NamesIt()
    {
        Directory.Delete(_scene.PoliciesDirectory, recursive: true);
        AssertOneLine(
            await RunAsync([]), Failure, $"there is no policies directory {_scene.PoliciesDirectory}", "--policies");
    }

    [Theory]
    [InlineData("mkfifo {0}", "is a named pipe, not a regular file")]
    [InlineData("ln -s /dev/zero {0}", "is a device, not a regular file")]
    [InlineData("mkdir {0}", "is a directory, not a regular file")]
    [InlineData("ln -s {0} {0}", "symbolic links")]
    [InlineData("truncate -s 1G {0}", "is larger than 4 MiB")]
    [InlineData("echo 'workloads: 7' > {0}", "must be a list")]
    public async Task Start_WorkloadsFileOfAnotherKind_SaysSoAtOnce(string make, string expected)
    {
        File.Delete(_scene.WorkloadsFile);
        Command.Run("sh", "-c", string.Format(CultureInfo.InvariantCulture, make, _scene.WorkloadsFile));
        AssertOneLine(await RunAsync([]), Failure, $"{_scene.WorkloadsFile}", expected);
    }

    [Fact]
    public async Task Start_WorkloadsFileUnreadable_SaysSo()
    {
        File.SetUnixFileMode(_scene.WorkloadsFile, UnixFileMode.None);
        AssertOneLine(
            await RunAsync(["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]),
            Failure, _scene.WorkloadsFile, "cannot be read: Permission denied");
    }

    [Fact]
    public async Task Start_AdminSocketTakenByAnotherProgram_NamesIt()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(_scene.AdminSocket));
        other.Listen();
        AssertOneLine(await RunAsync([]), Failure, $"another agent answers on {_scene.AdminSocket}", "--admin-socket");
    }

    [Fact]
    public async Task Start_AdminSocketPathIsAFile_LeavesTheFile()
    {
        var file = _directory.Write("precious", "mine");
        AssertOneLine(
            await RunAsync([], "--admin-socket", file), Failure, $"{file} exists and is no socket", "--admin-socket");
        Assert.Equal("mine", File.ReadAllText(file));
    }

    [Fact]
    public async Task Start_AdminSocketPathTooLong_SaysHowLongItMayBe() =>
        AssertOneLine(
            await RunAsync([], "--admin-socket", _directory.File(new string('x', 120))), Failure,
            "longer than 107 bytes", "--admin-socket");

    [Fact]
    public async Task Start_AdminSocketUnwritable_NamesIt() =>
        AssertOneLine(
            await RunAsync([], "--admin-socket", "/proc/jumpgate/admin.sock"), Failure,
            "/proc/jumpgate/admin.sock cannot be made", "--admin-socket");

    [Fact]
    public async Task Start_NoPortLeftForTheProxy_NamesTheAddress()
    {
        // Two ports are left to choose from, and somebody has both.
        _scene.Lab.Run("node", () => File.WriteAllText("/proc/sys/net/ipv4/ip_local_port_range", "40000 40001"));
        using var first = Take(40000);
        using var second = Take(40001);
        AssertOneLine(await RunAsync([]), Failure, "cannot listen transparently on 127.0.0.1", "in use");

        Socket Take(int port) => _scene.InNamespace("node")(() =>
        {
            var socket =
                new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            socket.Listen();
            return socket;
        });
    }

    [Fact]
    public async Task Start_OtlpEndpointIsNoAddress_NamesTheVariable() =>
        AssertOneLine(
            await RunAsync(["env", "OTEL_EXPORTER_OTLP_ENDPOINT=collector 4317"]), Failure,
            "OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317");

    [Fact]
    public async Task Start_SecondAgent_IsRefused_TheFirstGoesOn()
    {
        await _scene.StartAgentAsync();
        AssertOneLine(await RunAsync([]), Failure, _scene.StateDirectory, "does another agent run on it?");
        AssertOneLine(
            await RunAsync([], "--state", _directory.File("state"), "--admin-socket", _directory.File("admin.sock")),
            Failure, _scene.PinDirectory, "in use by another running agent");
        var (code, output) =
            _scene.Jumpgate("cleanup", "--pin-dir", _scene.PinDirectory, "--state", _directory.File("state"));
        Assert.Equal(1, code);
        Assert.Contains("in use by another running agent", output, StringComparison.Ordinal);

        _scene.Serve(false);
        Assert.Equal(200, await _scene.GetAsync("client", _scene.Server(false), "GET /v1/x"));
        Assert.Equal(403, await _scene.GetAsync("client", _scene.Server(false), "PUT /v1/x"));
    }

    private Task<(int Code, string Error)> RunInMountNamespaceAsync(string prepare) =>
        RunAsync(["unshare", "--mount", "sh", "-c", $"{prepare} && exec \"$@\"", "sh"]);

    private async Task<(int Code, string Error)> RunAsync(string[] through, params string[] more)
    {
        var options = _scene.AgentOptions.Chunk(2).Where(o => !more.Contains(o[0])).SelectMany(o => o);
        string[] command =
            [.. through, "dotnet", Product.Command, "agent", .. options, .. more];
        using var process = NetnsProcess.Start(_scene.Lab.NodeName, command[0], command[1..]);
        var code = await process.WaitForExitAsync(Wait.Patience);
        Assert.Empty(process.Output);
        return (code, process.Error);
    }

    private static void AssertOneLine((int Code, string Error) ended, int code, params string[] parts)
    {
        // The log comes first, with times; what the command itself says is the last line and the only one of its kind.
        var said = ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => !LogLine().IsMatch(l)).ToList();
        Assert.True(said.Count == 1, ended.Error);
        Assert.StartsWith("jumpgate: ", said[0], StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, said[0], StringComparison.Ordinal));
        Assert.True(ended.Code == code, $"exit code {ended.Code} instead of {code}: {ended.Error}");
    }

    [GeneratedRegex(@"^\d\d:\d\d:\d\d\.\d{3} ")]
    private static partial Regex LogLine();
}
