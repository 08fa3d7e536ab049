using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>What the sockets of a workload may do (enum lane_mode).</summary>
public enum LaneMode : uint
{
    /// <summary>Everything over the stack.</summary>
    Off = 0,

    /// <summary>Joined: bytes go to the peer's queue.</summary>
    ShortCircuit = 1,

    /// <summary>And requests are decided in the kernel.</summary>
    Policy = 2,
}

/// <summary>Why the kernel did not decide a message itself (enum lane_reason).</summary>
public enum LaneReason : uint
{
    /// <summary>It did.</summary>
    Decided = 0,

    /// <summary>The proxy has not come to a clean boundary, or has closed the lane.</summary>
    Closed = 1,

    /// <summary>The policy changed and the lane was not renewed yet.</summary>
    Stale = 2,

    /// <summary>The automaton does not know.</summary>
    Unknown = 3,

    /// <summary>The request, its body included, is not whole in one send.</summary>
    Split = 4,

    /// <summary>Head or body over the limit.</summary>
    TooLarge = 5,

    /// <summary>Too many requests on their way.</summary>
    Crowded = 6,

    /// <summary>The reader does not keep up.</summary>
    Full = 7,

    /// <summary>Bytes that went over the stack have not been read yet.</summary>
    Order = 8,

    /// <summary>The other end has left, or the lane was closed in this moment.</summary>
    Gone = 9,

    /// <summary>A response that cannot be framed in the kernel.</summary>
    Response = 10,

    /// <summary>Bytes of a response are missing; the rest is refused.</summary>
    Broken = 11,
}

/// <summary>Where a chunked response stands (enum chunk_place).</summary>
public enum ChunkPlace : uint
{
    /// <summary>There is none.</summary>
    None = 0,

    /// <summary>A chunk's size comes next.</summary>
    Size = 1,

    /// <summary>Data of a stated length.</summary>
    Data = 2,

    /// <summary>The line end behind a chunk's data.</summary>
    DataEnd = 3,

    /// <summary>What follows the last chunk's line: trailers, or the end.</summary>
    Trailer = 4,
}

/// <summary>Whose sockets may join (struct lane_endpoint).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct LaneEndpoint
{
    /// <summary>Cookie of the network namespace whose sockets bear the address.</summary>
    public ulong Netns;

    /// <summary>What they may do.</summary>
    public LaneMode Mode;

    /// <summary>1: also where no L7 rules ask and no proxy is in between.</summary>
    public uint Direct;
}

/// <summary>The node's switches (struct lane_settings).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct LaneSettings
{
    /// <summary>At most this.</summary>
    public LaneMode Mode;

    /// <summary>1: somebody listens, requests are reported.</summary>
    public uint Observed;

    /// <summary>Cookie of the proxy's network namespace.</summary>
    public ulong NodeNetns;

    /// <summary>Of the workloads' switches: sockets look there again when it has changed.</summary>
    public uint Generation;

    private uint _pad;

    /// <summary>When an agent was last here, CLOCK_MONOTONIC.</summary>
    public ulong AttendedNs;
}

/// <summary>A TCP connection between two joined sockets (struct pair_key).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PairKey
{
    /// <summary>
    /// Cookie of the network namespace that both ends are in (an application and its sidecar); else 0.
    /// </summary>
    public ulong Netns;

    /// <summary>Who connected.</summary>
    public Address16 Source;

    /// <summary>To whom.</summary>
    public Address16 Destination;

    private ushort _sourcePort;
    private ushort _destinationPort;

    /// <summary>Sequence number of the first byte from the source.</summary>
    public uint SourceSequence;

    /// <summary>Sequence number of the first byte from the destination.</summary>
    public uint DestinationSequence;

    private uint _pad;

    /// <summary>Host order.</summary>
    public readonly ushort SourcePort => NetworkOrder.Swap(_sourcePort);

    /// <summary>Host order.</summary>
    public readonly ushort DestinationPort => NetworkOrder.Swap(_destinationPort);
}

/// <summary>A joined socket (struct pair_end).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PairEnd
{
    /// <summary>Never given twice; 0: not joined.</summary>
    public ulong Cookie;

    /// <summary>Its address in the kernel.</summary>
    public ulong Sock;
}

/// <summary>Both ends of a connection (struct pair).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct Pair
{
    /// <summary>Who connected.</summary>
    public PairEnd Active;

    /// <summary>Who accepted.</summary>
    public PairEnd Passive;
}

/// <summary>A head that the kernel has read before (struct lane_head).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct LaneHead
{
    private ulong _revision;
    private uint _automaton;
    private uint _length;
    private ulong _facts;
    private uint _body;
    private uint _class;
    private LaneHeadBytes _bytes;
}

/// <summary>What a joined socket knows of itself (struct lane_socket).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct LaneSocket
{
    /// <summary>Its connection.</summary>
    public PairKey Key;

    /// <summary>Index of its lane plus one; 0: none.</summary>
    public uint Lane;

    /// <summary>Itself.</summary>
    public PairEnd Self;

    /// <summary>The other end; cookie 0 where that has not joined or was not seen yet.</summary>
    public PairEnd Peer;

    /// <summary>Bytes put into the peer's queue.</summary>
    public ulong Redirected;

    /// <summary>An application's bytes sent over the stack.</summary>
    public ulong Stacked;

    /// <summary>Of the bytes put into a queue, those that may be unread.</summary>
    public ulong Queued;

    /// <summary>
    /// Bytes of the response under way that are still to come; of a chunked one, of the chunk's data.
    /// </summary>
    public ulong Remaining;

    /// <summary>Write sequence that <see cref="Stacked"/> was counted up to.</summary>
    public uint Sequence;

    private byte _isActive;
    private byte _ordinary;
    private byte _isProxys;
    private byte _broken;

    /// <summary>Of the response on its way.</summary>
    public uint Status;

    /// <summary>What the workloads at both ends allow.</summary>
    public LaneMode Mode;

    /// <summary>When that was looked up.</summary>
    public uint Generation;

    /// <summary>Where the response under way stands, if it is chunked.</summary>
    public ChunkPlace Chunk;

    /// <summary>Bytes of the server's message that the last verdict was not for.</summary>
    public uint Rest;

    private uint _pad;

    /// <summary>When the flow's entry was told that it is in use.</summary>
    public ulong RefreshedNs;

    /// <summary>The head that was read last.</summary>
    public LaneHead Known;

    /// <summary>Bytes went over the stack and may be unread.</summary>
    public readonly bool IsOrdinary => _ordinary != 0;
}

/// <summary>One lane (struct lane), in memory shared with the kernel.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct Lane
{
    /// <summary>The client's socket; cookie 0: the slot is free.</summary>
    public PairEnd Client;

    /// <summary>The server's.</summary>
    public PairEnd Server;

    /// <summary>The proxy's towards the client.</summary>
    public PairEnd Downstream;

    /// <summary>The proxy's towards the server.</summary>
    public PairEnd Upstream;

    /// <summary>Policy revision of <see cref="Automaton"/>.</summary>
    public ulong Revision;

    /// <summary>Bytes the proxy took from the client, told at a clean boundary only.</summary>
    public ulong RequestsConsumed;

    /// <summary>Bytes the proxy took from the server, likewise.</summary>
    public ulong ResponsesConsumed;

    /// <summary>Offset of the request automaton in the arena.</summary>
    public uint Automaton;

    /// <summary>Offset of the automaton that frames responses; 0: none.</summary>
    public uint ResponseAutomaton;

    /// <summary>0: nothing is decided in the kernel any more.</summary>
    public uint Open;

    private uint _padOpen;
    private LanePad3 _padProxy;

    /// <summary>CLOCK_MONOTONIC.</summary>
    public ulong LastUseNs;

    /// <summary>Requests decided in the kernel.</summary>
    public ulong Requests;

    /// <summary>Their bytes.</summary>
    public ulong RequestBytes;

    /// <summary>Requests handed to the server.</summary>
    public uint Started;

    /// <summary>Why the client's last message went to the proxy.</summary>
    public LaneReason ClientReason;

    /// <summary>1: the proxy's bytes to the server went over the stack and may be unread.</summary>
    public uint UpstreamOrdinary;

    private uint _padClient;
    private LanePad3 _padRequests;

    /// <summary>Bytes of responses handed to the client.</summary>
    public ulong ResponseBytes;

    /// <summary>Requests whose response is through, or taken over by the proxy.</summary>
    public uint Finished;

    /// <summary>Why the server's last message went to the proxy.</summary>
    public LaneReason ServerReason;

    /// <summary>1: the proxy's bytes to the client went over the stack and may be unread.</summary>
    public uint DownstreamOrdinary;

    /// <summary>Where the proxy has to go on with the oldest response; None: at its beginning.</summary>
    public ChunkPlace Chunk;

    /// <summary>The task whose send finished the last response.</summary>
    public ulong FinishedBy;

    /// <summary>When, CLOCK_MONOTONIC.</summary>
    public ulong FinishedNs;

    /// <summary>Bytes of the chunk's data still to come.</summary>
    public uint ChunkLeft;

    /// <summary>Of that response.</summary>
    public uint Status;

    private LanePad2 _padResponses;

    /// <summary>enum request_method, a ring by <see cref="Started"/>.</summary>
    public LaneMethods Methods;

    /// <summary>Index of the rule's counter for each.</summary>
    public LaneRules Rules;

    /// <summary>When each was handed on, CLOCK_MONOTONIC.</summary>
    public LaneTimes StartedNs;
}

/// <summary>Padding to a cache line.</summary>
[InlineArray(2)]
internal struct LanePad2
{
    private ulong _first;
}

/// <summary>Padding to a cache line.</summary>
[InlineArray(3)]
internal struct LanePad3
{
    private ulong _first;
}

/// <summary>The head's bytes.</summary>
[InlineArray(520)]
internal struct LaneHeadBytes
{
    private byte _first;
}

/// <summary>One method for each request on its way.</summary>
[InlineArray(LaneRing.Length)]
public struct LaneMethods
{
    private byte _first;
}

/// <summary>One rule counter for each request on its way.</summary>
[InlineArray(LaneRing.Length)]
public struct LaneRules
{
    private uint _first;
}

/// <summary>One time for each request on its way.</summary>
[InlineArray(LaneRing.Length)]
public struct LaneTimes
{
    private ulong _first;
}

/// <summary>LANE_REQUESTS_MAX.</summary>
public static class LaneRing
{
    /// <summary>Requests on their way at once in one lane.</summary>
    public const int Length = 16;
}

/// <summary>Requests that the kernel decided for one rule (struct lane_rule).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct LaneRuleCounter
{
    /// <summary>By class of the response's status; index 0 is not used.</summary>
    public LaneStatusClasses ByStatus;
}

/// <summary>LANE_STATUS_CLASSES.</summary>
[InlineArray(Count)]
public struct LaneStatusClasses
{
    /// <summary>How many there are.</summary>
    public const int Count = 6;

    private ulong _first;
}

/// <summary>
/// From a request's send to the last byte of its response handed to the client (struct lane_latency). Bucket n counts
/// what took less than 2^n microseconds and not less than half of it; the last one everything else.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct LaneLatency
{
    /// <summary>Requests by time.</summary>
    public LaneLatencyBuckets Buckets;
}

/// <summary>LANE_LATENCY_BUCKETS.</summary>
[InlineArray(Count)]
public struct LaneLatencyBuckets
{
    /// <summary>How many there are.</summary>
    public const int Count = 24;

    private ulong _first;
}

/// <summary>A request decided in the kernel, or what became of it (struct lane_event).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct LaneEvent
{
    /// <summary>Source and destination are the client's connection; the type tells request from response.</summary>
    public FlowEvent Event;

    /// <summary>Response: since the request was sent.</summary>
    public ulong LatencyNs;

    /// <summary>Cookie of the client's socket.</summary>
    public ulong Client;

    /// <summary>Of the request in its lane.</summary>
    public uint Number;

    /// <summary>Index of the rule's counter.</summary>
    public uint Rule;

    /// <summary>Response: its status.</summary>
    public uint Status;

    /// <summary>Request: bytes of <see cref="Line"/>.</summary>
    public uint LineLength;

    /// <summary>Request: the beginning of its head.</summary>
    public LaneLine Line;
}

/// <summary>LANE_LINE_MAX.</summary>
[InlineArray(256)]
public struct LaneLine
{
    private byte _first;
}

/// <summary>Context of lane_ask (struct lane_question).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LaneQuestion
{
    public PairEnd Reader;
    public uint Lane;
    public uint Answer;
}

/// <summary>Context of lane_finish (struct lane_answer).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LaneAnswer
{
    public PairKey Key;
    public uint Lane;
    public uint Status;
}
