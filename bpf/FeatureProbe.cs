using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>What the kernel and our privileges must offer; each missing thing is named.</summary>
public static class FeatureProbe
{
    private const int SchedCls = 3;
    private const int SkLookup = 30;
    private const int SkAssign = 124;
    private const int SkcLookupTcp = 99;
    private const int RingBufferReserve = 131;
    private const int Redirect = 23;

    /// <exception cref="DatapathException">One line that names everything missing.</exception>
    public static void Require()
    {
        var missing = Missing();
        if (missing.Count > 0)
        {
            throw new DatapathException($"this node cannot run the datapath: {string.Join("; ", missing)}");
        }
    }

    /// <summary>Everything that is missing, in words; empty where all is there.</summary>
    public static IReadOnlyList<string> Missing()
    {
        using var log = new LibBpfLog();
        var missing = new List<string>();
        if (!File.Exists("/sys/kernel/btf/vmlinux"))
        {
            missing.Add("no BTF (/sys/kernel/btf/vmlinux): use a kernel built with CONFIG_DEBUG_INFO_BTF");
        }

        var program = LibBpf.ProbeProgramType(SchedCls, 0);
        if (program is -Errno.NotPermitted or -Errno.AccessDenied || (program <= 0 && !Environment.IsPrivilegedProcess))
        {
            missing.Add("no permission to load BPF programs: run as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON");
            return missing;
        }

        Check(program, "program type sched_cls (CONFIG_NET_CLS_BPF)");
        Check(LibBpf.ProbeProgramType(SkLookup, 0), "program type sk_lookup (Linux 5.9)");
        Check(LibBpf.ProbeHelper(SchedCls, SkAssign, 0), "helper bpf_sk_assign (Linux 5.7)");
        Check(LibBpf.ProbeHelper(SchedCls, SkcLookupTcp, 0), "helper bpf_skc_lookup_tcp (Linux 5.2)");
        Check(LibBpf.ProbeHelper(SchedCls, RingBufferReserve, 0), "helper bpf_ringbuf_reserve (Linux 5.8)");
        Check(LibBpf.ProbeHelper(SchedCls, Redirect, 0), "helper bpf_redirect");
        return missing;

        void Check(int result, string what)
        {
            if (result != 1)
            {
                missing.Add($"the kernel lacks {what}; Linux 6.1 or later has it");
            }
        }
    }
}
