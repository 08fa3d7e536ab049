using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using Jumpgate.Bpf;
using Jumpgate.Testing;

namespace Jumpgate.Benchmarks.Tables;

/// <summary>The kernel side alone, without an agent: programs and tables in a node of their own.</summary>
internal sealed class TableLab : IDisposable
{
    private const string FromWorkload = "from_workload";
    private const int Attachments = 21;
    private const int Runs = 100_000;
    private const int MostPeers = 1000;
    private const ushort ClientPort = 40000;
    private static readonly PhysicalAddress Mac = PhysicalAddress.Parse("02-00-00-00-00-01");

    private readonly string _pins = $"/sys/fs/bpf/jumpgate-bench-{Environment.ProcessId}-tables";
    private readonly Lab _lab = Lab.Create("old", "new");
    private readonly Datapath _datapath;
    private readonly TestRun _program;

    public TableLab()
    {
        try
        {
            _datapath = Datapath.Open(new DatapathOptions { PinDirectory = _pins });
            _program = new TestRun(_pins, FromWorkload);
        }
        catch
        {
            Clean();
            throw;
        }
    }

    /// <summary>Puts tables with so many identities in force.</summary>
    /// <returns>How long that took, the making of the image not counted.</returns>
    public TimeSpan Publish(int identities)
    {
        var image = TableImages.Create(_datapath.ActiveRevision + 1, identities, _lab["old"].HostIndex);
        var start = Stopwatch.GetTimestamp();
        _datapath.Publish(image);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Attaches the programs to one more workload, and takes them off again, a number of times.</summary>
    /// <returns>How long an attaching took in the median: now and then one waits for the kernel to tidy up.</returns>
    public TimeSpan Attach() => _lab.Run("node", () =>
    {
        var ifindex = _lab["new"].HostIndex;
        var times = new TimeSpan[Attachments];
        foreach (ref var time in times.AsSpan())
        {
            var start = Stopwatch.GetTimestamp();
            _datapath.AttachWorkload(ifindex);
            time = Stopwatch.GetElapsedTime(start);
            _datapath.Detach(ifindex);
        }

        return times.Order().ElementAt(Attachments / 2);
    });

    /// <summary>Nanoseconds that one packet to an identity costs in the program, by the kernel's clock: the mean of
    /// 100,000 runs, over identities all through the tables.</summary>
    /// <param name="identities">How many the tables hold.</param>
    /// <param name="flags">SYN: the flow is judged by the tables; ACK: it is known, once it was judged.</param>
    /// <exception cref="InvalidOperationException">A packet did not pass, or not that way.</exception>
    public double Packet(int identities, TcpFlags flags) => _lab.Run("node", () =>
    {
        var peers = Math.Min(identities, MostPeers);
        var ifindex = _lab["old"].HostIndex;
        var repeat = Runs / peers;
        var judged = Judged();
        var sum = 0.0;
        for (var i = 0; i < peers; i++)
        {
            var peer = new IPEndPoint(TableImages.Peer((int)((long)i * identities / peers)), TableImages.Port);
            var packet = RawPacket.Tcp(new IPEndPoint(TableImages.Workload, ClientPort), peer, flags);
            var frame = RawPacket.Ethernet(Mac, Mac, packet);
            var (action, _, time) = _program.Run(frame, ifindex, ifindex, repeat: repeat);
            if (action != TcAction.Unspec)
            {
                throw new InvalidOperationException($"a packet to {peer} got {action}, not a pass");
            }

            sum += time;
        }

        judged = Judged() - judged;
        var expected = flags == TcpFlags.Syn ? (ulong)(peers * repeat) : 0;
        return judged == expected
            ? sum / peers
            : throw new InvalidOperationException($"{judged} packets were judged, not {expected}");
    });

    public void Dispose()
    {
        _program.Dispose();
        _datapath.Dispose();
        Clean();
    }

    private ulong Judged() => _datapath.ReadVerdicts()[Verdict.Allow].Packets;

    private void Clean()
    {
        try
        {
            _lab.Run("node", () => Datapath.Cleanup(_pins));
        }
        finally
        {
            _lab.Dispose();
        }
    }
}
