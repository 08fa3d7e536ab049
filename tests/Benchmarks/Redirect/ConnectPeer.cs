using System.Net;
using Jumpgate.Benchmarks.Loads;
using Jumpgate.Testing;

namespace Jumpgate.Benchmarks.Redirect;

/// <summary>
/// A client and its sidecar in cgroups of their own, as a container runtime has it, whoever redirects. A request is
/// answered by the sidecar or sent on to where the client wanted to go.
/// </summary>
internal sealed class ConnectPeer : IRunningPeer
{
    /// <summary>The sidecar's.</summary>
    public const int Port = 15001;

    /// <summary>At the server, where nobody listens: the sidecar closes what comes for it.</summary>
    private const int ClosedPort = 81;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly BenchLab _lab;
    private readonly int _seconds;
    private readonly CgroupTree _cgroups = new();

    public ConnectPeer(BenchLab lab, int seconds)
    {
        _lab = lab;
        _seconds = seconds;
        lab.Through = command => CgroupTree.Through(_cgroups.Application, command);
    }

    /// <summary>The client does not know of the sidecar.</summary>
    public required bool IsRedirected { get; init; }

    /// <summary>As a workloads file has it.</summary>
    public string Block =>
        $"sidecar: {{ cgroup: {_cgroups.Workload}, sidecarCgroup: {_cgroups.Sidecar}, outboundPort: {Port} }}";

    private IPEndPoint TargetOf(Work work) => (IsRedirected, work.Load) switch
    {
        (true, Load.Connect) => new IPEndPoint(_lab.Server.Address, ClosedPort),
        (true, _) => _lab.Server,
        (false, Load.Connect) => new IPEndPoint(IPAddress.Loopback, ClosedPort),
        _ => new IPEndPoint(IPAddress.Loopback, Port),
    };

    public Task StartSidecarAsync() => _lab.StartHaproxyAsync(
        "client", Configuration(), Port, command => CgroupTree.Through(_cgroups.Sidecar, command));

    public async Task<Measurement> MeasureAsync(Work work)
    {
        var target = TargetOf(work);
        if (work.Load != Load.Connect)
        {
            await CheckAsync(target, work);
        }

        await _lab.MeasureAsync(target, work, 1);
        return await _lab.MeasureAsync(target, work, _seconds);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _lab.StopAsync();
        }
        finally
        {
            _cgroups.Dispose();
        }
    }

    /// <summary>
    /// Nobody is measured who goes past the sidecar, or whose sidecar does not learn the destination.
    /// </summary>
    private async Task CheckAsync(IPEndPoint target, Work work)
    {
        var command = _lab.Through(["curl", "-sS", "-m", "5", "-D", "-", $"http://{target}{work.Path}"]);
        using var curl = _lab.Lab.Start("client", command[0], command[1..]);
        await curl.WaitForExitAsync(Patience);
        var said = $"via-sidecar: {target}";
        if (!curl.Output.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)
            || !curl.Output.Contains(said, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException(
                $"no 200 with '{said}': {curl.Error.Trim()}{curl.Output.Split('\n')[0].Trim()}");
        }
    }

    private string Configuration() => $$"""
        global
          nbthread {{Environment.ProcessorCount}}
          maxconn 4000
          uid {{Iptables.SidecarUser}}
        defaults
          mode http
          timeout client 1h
          timeout server 1h
          timeout connect 5s
        frontend outbound
          bind 127.0.0.1:{{Port}}
          bind 127.0.0.1:{{ClosedPort}}
          tcp-request connection reject if { dst_port {{ClosedPort}} }
          http-request set-var-fmt(txn.to) %[dst]:%[dst_port]
          http-request return status 200 content-type text/plain string "Ship landed" hdr via-sidecar "%[var(txn.to)]" if { path {{Work.AnsweredByProxy}} }
          http-after-response set-header via-sidecar "%[var(txn.to)]"
          default_backend original
        backend original
          server original {{(IsRedirected ? "0.0.0.0:0" : _lab.Server)}}

        """;
}
