using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>How far a direct pair has got (enum direct_state).</summary>
public enum DirectState : uint
{
    /// <summary>Who connected has joined, the other end has not yet.</summary>
    Opening = 0,

    /// <summary>Bytes go to the other end's queue.</summary>
    Joined = 1,

    /// <summary>Bytes go over the stack; the queues may be unread still.</summary>
    Leaving = 2,
}

/// <summary>Why a direct pair leaves (enum left_reason).</summary>
public enum LeftReason : uint
{
    /// <summary>It does not.</summary>
    None = 0,

    /// <summary>The other end was not there yet, or no more.</summary>
    Early = 1,

    /// <summary>A reader did not keep up.</summary>
    Behind = 2,

    /// <summary>The node's switch or a workload's label.</summary>
    Switched = 3,

    /// <summary>Policy does not simply allow the flow any more.</summary>
    Policy = 4,
}

/// <summary>Whose sockets a direct pair's are (enum pair_kind).</summary>
public enum PairKind : uint
{
    /// <summary>Two workloads'.</summary>
    Workloads = 0,

    /// <summary>An application's that connected to the sidecar beside it.</summary>
    Outbound = 1,

    /// <summary>A sidecar's that connected to the application beside it.</summary>
    Inbound = 2,
}

/// <summary>What one end of a direct pair sends (struct direct_way).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DirectWay
{
    /// <summary>Put into the other end's queue.</summary>
    public ulong Bytes;

    /// <summary>The task that sent last.</summary>
    public ulong Task;

    /// <summary>When, coarse CLOCK_MONOTONIC.</summary>
    public ulong SentNs;
}

/// <summary>Two applications whose sockets are joined with no proxy in between (struct direct_pair).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DirectPair
{
    private const int StateBits = 2;

    /// <summary>Who connected.</summary>
    public PairEnd Active;

    /// <summary>What it sends.</summary>
    public DirectWay FromActive;

    /// <summary>What the other end sends.</summary>
    public DirectWay FromPassive;

    private ulong _state;

    /// <summary>Why it leaves.</summary>
    public LeftReason Reason;

    /// <summary>Whose sockets these are.</summary>
    public PairKind Kind;

    /// <summary>How far it has got.</summary>
    public readonly DirectState State => (DirectState)(_state & ((1 << StateBits) - 1));
}

/// <summary>What a socket of a direct pair knows of itself (struct direct_socket).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DirectSocket
{
    public PairKey Key;
    public uint IsActive;
    public PairKind Kind;
    public PairEnd Self;
    public PairEnd Peer;
    public ulong Queued;
    public ulong Allowance;
    public ulong Revision;
    public ulong RefreshedNs;
    public LaneMode Mode;
    public uint Generation;
}

/// <summary>Context of direct_ask (struct direct_question).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DirectQuestion
{
    public PairKey Key;
    public uint Answer;
    public uint Pad;
}
