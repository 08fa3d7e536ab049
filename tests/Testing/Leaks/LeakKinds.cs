namespace Jumpgate.Testing;

/// <summary>Kinds of things that tests may leave behind.</summary>
[Flags]
public enum LeakKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Named network namespaces.</summary>
    Namespaces = 1,

    /// <summary>Interfaces of the machine's own namespace.</summary>
    Links = 2,

    /// <summary>qdiscs and filters.</summary>
    TrafficControl = 4,

    /// <summary>Rules and routes, both families.</summary>
    Routing = 8,

    /// <summary>BPF programs, maps and links.</summary>
    BpfObjects = 16,

    /// <summary>Pins below /sys/fs/bpf.</summary>
    Pins = 32,

    /// <summary>Descendants of this process.</summary>
    Processes = 64,

    /// <summary>File descriptors of this process.</summary>
    Descriptors = 128,

    /// <summary>All of them.</summary>
    All = 255,
}
