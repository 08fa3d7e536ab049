using System.Diagnostics;
using Jumpgate.Bpf.Netlink;

namespace Jumpgate.Bpf.Tests;

/// <summary>A network namespace with a veth pair, and a pin directory: what an agent gets. Leaves nothing.</summary>
public sealed class TestNode : IDisposable
{
    private static int s_count;
    private readonly string _name = $"jg-bpf-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";
    private readonly NetworkNamespace _namespace;

    public TestNode()
    {
        PinDirectory = $"/sys/fs/bpf/jumpgate-test-{Environment.ProcessId}-{_name.Split('-')[^1]}";
        Tool("ip", $"netns add {_name}");
        Tool("ip", $"-n {_name} link add jgt0 type veth peer name jgt1");
        Tool("ip", $"-n {_name} link set jgt0 up");
        Tool("ip", $"-n {_name} link set jgt1 up");
        Tool("ip", $"-n {_name} address add 192.0.2.1/24 dev jgt0");
        _namespace = NetworkNamespace.Open(_name);
        Ifindex = int.Parse(
            Tool("ip", $"-n {_name} -o link show jgt0").Split(':')[0],
            System.Globalization.CultureInfo.InvariantCulture);
    }

    public string PinDirectory { get; }

    public string NamespaceName => _name;

    public int Ifindex { get; }

    public DatapathOptions Options => new() { PinDirectory = PinDirectory, FlowTableSize = 1024 };

    public static string Tool(string name, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(name, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{name} {arguments}: {error.Result} {output}");
    }

    public T Run<T>(Func<T> body) => _namespace.Run(body);

    public void Run(Action body) => _namespace.Run(body);

    /// <summary>tc in the namespace.</summary>
    public string Tc(string arguments) => Tool("tc", $"-n {_name} {arguments}");

    public void Dispose()
    {
        try
        {
            Run(() => Datapath.Cleanup(PinDirectory));
        }
        finally
        {
            _namespace.Dispose();
            Tool("ip", $"netns del {_name}");
        }
    }
}
