using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>One event of the ring buffer (struct event). Read-only: the kernel writes it.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct FlowEvent
{
    private readonly ulong _timeNs;
    private readonly ulong _revision;
    private readonly Address16 _source;
    private readonly Address16 _destination;
    private readonly ushort _sourcePort;
    private readonly ushort _destinationPort;
    private readonly byte _protocol;
    private readonly EventType _type;
    private readonly Verdict _verdict;
    private readonly DropReason _reason;
    private readonly uint _sourceIdentity;
    private readonly uint _destinationIdentity;
    private readonly uint _ifindex;
    private readonly uint _rule;
    private readonly uint _length;
    private readonly TracePoint _tracePoint;
    private readonly Direction _direction;
    private readonly byte _tcpFlags;
    private readonly byte _pad;

    /// <summary>When, nanoseconds of CLOCK_MONOTONIC.</summary>
    public ulong TimeNs { get => _timeNs; init => _timeNs = value; }

    /// <summary>Policy revision that judged.</summary>
    public ulong Revision { get => _revision; init => _revision = value; }

    /// <summary>The packet's source address.</summary>
    public Address16 Source { get => _source; init => _source = value; }

    /// <summary>The packet's destination address.</summary>
    public Address16 Destination { get => _destination; init => _destination = value; }

    /// <summary>Source port, host order.</summary>
    public ushort SourcePort
    {
        get => NetworkOrder.Swap(_sourcePort);
        init => _sourcePort = NetworkOrder.Swap(value);
    }

    /// <summary>Destination port, host order.</summary>
    public ushort DestinationPort
    {
        get => NetworkOrder.Swap(_destinationPort);
        init => _destinationPort = NetworkOrder.Swap(value);
    }

    /// <summary>IP protocol number.</summary>
    public byte Protocol { get => _protocol; init => _protocol = value; }

    /// <summary>What happened.</summary>
    public EventType Type { get => _type; init => _type = value; }

    /// <summary>What the policy said.</summary>
    public Verdict Verdict { get => _verdict; init => _verdict = value; }

    /// <summary>Why it was dropped.</summary>
    public DropReason Reason { get => _reason; init => _reason = value; }

    /// <summary>The sender's identity.</summary>
    public uint SourceIdentity { get => _sourceIdentity; init => _sourceIdentity = value; }

    /// <summary>The receiver's identity.</summary>
    public uint DestinationIdentity { get => _destinationIdentity; init => _destinationIdentity = value; }

    /// <summary>Interface of the program that saw it.</summary>
    public uint Ifindex { get => _ifindex; init => _ifindex = value; }

    /// <summary>Deciding rule: index into the revision's rule table, or <see cref="Flow.NoRule"/>.</summary>
    public uint Rule { get => _rule; init => _rule = value; }

    /// <summary>Bytes of the packet.</summary>
    public uint Length { get => _length; init => _length = value; }

    /// <summary>Which program saw it.</summary>
    public TracePoint TracePoint { get => _tracePoint; init => _tracePoint = value; }

    /// <summary>Whose policy decided.</summary>
    public Direction Direction { get => _direction; init => _direction = value; }

    /// <summary>The TCP header's flags byte; 0 for other protocols.</summary>
    public byte TcpFlags
    {
        get => _tcpFlags;
        init
        {
            _tcpFlags = value;
            _pad = 0;
        }
    }
}
