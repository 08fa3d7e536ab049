namespace Jumpgate.Bpf;

/// <summary>Which side of an interface.</summary>
internal enum TcHook : uint
{
    Ingress = 1,
    Egress = 2,
    Both = Ingress | Egress,
}

/// <summary>A filter as the kernel lists it.</summary>
internal readonly record struct TcFilter(uint Handle, uint Priority, string Kind, string ProgramName, uint ProgramId)
{
    /// <summary>"JG": tells our filters from those of others at a glance.</summary>
    internal const uint OurHandle = 0x4a47;

    /// <summary>Ours come first.</summary>
    internal const uint OurPriority = 1;

    /// <summary>Whether it sits where ours do, whoever made it.</summary>
    internal bool IsInOurPlace => Handle == OurHandle && Priority == OurPriority;

    /// <summary>Whether we made it: our place and one of our programs (libbpf names filters PROGRAM:[ID]).</summary>
    internal bool IsOurs => IsInOurPlace && Kind == "bpf"
        && ProgramObject.TcNames.Contains(ProgramName.Split(':')[0]);
}
