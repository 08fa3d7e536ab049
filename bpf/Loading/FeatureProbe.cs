using System.Globalization;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>What this kernel and these privileges lack, each in one line.</summary>
public static class FeatureProbe
{
    private const int NetAdmin = 12;
    private const int SysAdmin = 21;
    private const int CapBpf = 39;
    private const int SchedClassifier = 3;
    private const int SocketLookup = 30;
    private const int SocketOperations = 13;
    private const int SocketMessage = 16;
    private const int ProbeReadKernel = 113;
    private const int NetnsCookie = 122;
    private const int Loop = 181;
    private const int SkcLookupTcp = 99;
    private const int SkAssign = 124;
    private const ulong Unlimited = ulong.MaxValue;
    private const int LockedMemory = 8;

    /// <summary>All that is missing; empty when everything is there. Without privileges only those are named: the
    /// kernel would not answer further questions.</summary>
    public static IReadOnlyList<string> Missing()
    {
        try
        {
            var privileges = MissingPrivileges();
            return privileges.Count > 0 ? privileges : MissingFeatures();
        }
        catch (DllNotFoundException)
        {
            return ["libbpf.so.1 is not installed; install the package libbpf1"];
        }
    }

    /// <exception cref="DatapathException">One line that names everything missing.</exception>
    public static void Require()
    {
        var missing = Missing();
        if (missing.Count > 0)
        {
            throw new DatapathException($"this node cannot run the datapath: {string.Join("; ", missing)}");
        }

        RaiseLockedMemory();
    }

    /// <summary>The first thing that the lanes need and this kernel lacks, in one line, or null.</summary>
    internal static string? MissingForLanes()
    {
        using var log = new LibBpfLog();
        bool HasHelper(int program, int helper) => LibBpf.ProbeHelper(program, helper, 0) > 0;
        string? Lacks(string what) => $"kernel {Environment.OSVersion.Version} has no {what}";
        return LibBpf.ProbeProgramType(SocketOperations, 0) <= 0 ? Lacks("BPF programs for socket operations (sockops)")
            : LibBpf.ProbeProgramType(SocketMessage, 0) <= 0 ? Lacks("BPF programs for socket messages (sk_msg)")
            : LibBpf.ProbeMapType(BpfMapType.SockHash, 0) <= 0 ? Lacks("BPF socket hashes")
            : LibBpf.ProbeMapType(BpfMapType.SkStorage, 0) <= 0 ? Lacks("BPF socket storage")
            : !HasHelper(SocketMessage, Loop) ? Lacks("BPF helper bpf_loop in sk_msg; Linux 5.17 or later is needed")
            : !HasHelper(SocketMessage, ProbeReadKernel) ? Lacks("BPF helper bpf_probe_read_kernel in sk_msg")
            : !HasHelper(SocketOperations, NetnsCookie) ? Lacks("BPF helper bpf_get_netns_cookie in sockops")
            : !HasFunction("bpf_iter_tcp") ? Lacks("BPF iterator over TCP sockets")
            : CgroupMount.Find() is null ? "no cgroup v2 hierarchy is mounted; mount one, for example at /sys/fs/cgroup"
            : null;
    }

    /// <summary>
    /// Whether FIONREAD counts what is in a joined socket's queue (Linux's tcp_bpf_ioctl). Without, servers that ask
    /// for it before they wait again, such as nginx, wait for what they already have.
    /// </summary>
    internal static bool CountsQueues()
    {
        using var log = new LibBpfLog();
        return HasFunction("tcp_bpf_ioctl");
    }

    private static bool HasFunction(string name)
    {
        const uint KindFunction = 12;
        using var btf = LibBpf.KernelBtf();
        return !btf.IsInvalid && LibBpf.BtfFind(btf.DangerousGetHandle(), name, KindFunction) >= 0;
    }

    private static List<string> MissingPrivileges()
    {
        var line = File.ReadLines("/proc/thread-self/status").First(
            line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        var effective = ulong.Parse(
            line.AsSpan("CapEff:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        bool Has(int capability) => (effective >> capability & 1) != 0;

        var missing = new List<string>();
        if (!Has(NetAdmin))
        {
            missing.Add(
                "CAP_NET_ADMIN is missing: tc programs cannot be attached; run as root or grant the capability");
        }

        if (!Has(CapBpf) && !Has(SysAdmin))
        {
            missing.Add("CAP_BPF is missing: BPF programs cannot be loaded; run as root or grant the capability");
        }

        return missing;
    }

    private static List<string> MissingFeatures()
    {
        using var log = new LibBpfLog();
        var missing = new List<string>();
        void Need(bool present, string what)
        {
            if (!present)
            {
                missing.Add($"kernel {Environment.OSVersion.Version} has no {what}; Linux 6.1 or later is needed");
            }
        }

        Need(File.Exists("/sys/kernel/btf/vmlinux"), "BTF (CONFIG_DEBUG_INFO_BTF)");
        Need(LibBpf.ProbeProgramType(SchedClassifier, 0) > 0, "BPF programs in tc (CONFIG_NET_CLS_BPF)");
        Need(LibBpf.ProbeProgramType(SocketLookup, 0) > 0, "BPF programs for socket look-up (sk_lookup)");
        Need(LibBpf.ProbeHelper(SchedClassifier, SkAssign, 0) > 0, "BPF helper bpf_sk_assign in tc");
        Need(LibBpf.ProbeHelper(SchedClassifier, SkcLookupTcp, 0) > 0, "BPF helper bpf_skc_lookup_tcp in tc");
        Need(LibBpf.ProbeMapType(BpfMapType.RingBuffer, 0) > 0, "BPF ring buffers");
        Need(LibBpf.ProbeMapType(BpfMapType.LpmTrie, 0) > 0, "BPF longest-prefix tables");
        Need(LibBpf.ProbeMapType(BpfMapType.SockMap, 0) > 0, "BPF socket maps (CONFIG_BPF_STREAM_PARSER)");
        Need(LibBpf.ProbeMapType(BpfMapType.ArrayOfMaps, 0) > 0, "BPF maps of maps");
        return missing;
    }

    /// <summary>Kernels with memory cgroup accounting (5.11) do not look at it; backported ones may.</summary>
    private static unsafe void RaiseLockedMemory()
    {
        var limits = stackalloc ulong[] { Unlimited, Unlimited };
        _ = LibC.SetResourceLimit(LockedMemory, limits);
    }
}
