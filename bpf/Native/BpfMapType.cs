namespace Jumpgate.Bpf;

/// <summary>Kinds of kernel maps in use (enum bpf_map_type, linux/bpf.h).</summary>
public enum BpfMapType
{
    /// <summary>Not known.</summary>
    Unspecified = 0,

    /// <summary>Hash table.</summary>
    Hash = 1,

    /// <summary>Array.</summary>
    Array = 2,

    /// <summary>Array with one value per CPU.</summary>
    PerCpuArray = 6,

    /// <summary>Hash table that evicts the least recently used entry when full.</summary>
    LruHash = 9,

    /// <summary>Longest-prefix table.</summary>
    LpmTrie = 11,

    /// <summary>Array whose values are maps.</summary>
    ArrayOfMaps = 12,

    /// <summary>Array of sockets.</summary>
    SockMap = 15,

    /// <summary>Hash table of sockets.</summary>
    SockHash = 18,

    /// <summary>Values that live and die with sockets.</summary>
    SkStorage = 24,

    /// <summary>Ring buffer.</summary>
    RingBuffer = 27,
}
