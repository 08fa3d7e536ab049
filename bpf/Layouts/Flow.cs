using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>What the kernel knew when it judged a flow (struct flow). Times are nanoseconds of
/// CLOCK_MONOTONIC.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Flow
{
    /// <summary><see cref="Rule"/> where no rule decided.</summary>
    public const uint NoRule = uint.MaxValue;

    private readonly ulong _revision;
    private readonly ulong _createdNs;
    private readonly ulong _lastSeenNs;
    private readonly Address16 _originalDestination;
    private readonly ushort _originalPort;
    private readonly Verdict _verdict;
    private readonly FlowState _state;
    private readonly byte _redirectDirections;
    private readonly byte _audit;
    private readonly ushort _pad;
    private readonly uint _sourceIdentity;
    private readonly uint _destinationIdentity;
    private readonly uint _sourceGroup;
    private readonly uint _destinationGroup;
    private readonly uint _sourceIfindex;
    private readonly uint _rule;

    /// <summary>Policy revision it was judged under.</summary>
    public ulong Revision { get => _revision; init => _revision = value; }

    /// <summary>When it was first seen.</summary>
    public ulong CreatedNs { get => _createdNs; init => _createdNs = value; }

    /// <summary>When it was last seen.</summary>
    public ulong LastSeenNs { get => _lastSeenNs; init => _lastSeenNs = value; }

    /// <summary>Where the initiator wanted to go.</summary>
    public Address16 OriginalDestination { get => _originalDestination; init => _originalDestination = value; }

    /// <summary>Port the initiator wanted, host order.</summary>
    public ushort OriginalPort
    {
        get => NetworkOrder.Swap(_originalPort);
        init => _originalPort = NetworkOrder.Swap(value);
    }

    /// <summary>What the policy said.</summary>
    public Verdict Verdict
    {
        get => _verdict;
        init
        {
            _verdict = value;
            _pad = 0;
        }
    }

    /// <summary>How far it has got.</summary>
    public FlowState State { get => _state; init => _state = value; }

    /// <summary>Bit (1 &lt;&lt; direction): whose L7 rules ask.</summary>
    public byte RedirectDirections { get => _redirectDirections; init => _redirectDirections = value; }

    /// <summary>Only an audit document would deny it.</summary>
    public bool Audit { get => _audit != 0; init => _audit = value ? (byte)1 : (byte)0; }

    /// <summary>The initiator's identity.</summary>
    public uint SourceIdentity { get => _sourceIdentity; init => _sourceIdentity = value; }

    /// <summary>The destination's identity.</summary>
    public uint DestinationIdentity { get => _destinationIdentity; init => _destinationIdentity = value; }

    /// <summary>The initiator's group.</summary>
    public uint SourceGroup { get => _sourceGroup; init => _sourceGroup = value; }

    /// <summary>The destination's group.</summary>
    public uint DestinationGroup { get => _destinationGroup; init => _destinationGroup = value; }

    /// <summary>Interface where the initiator's packets enter; 0: this host.</summary>
    public uint SourceIfindex { get => _sourceIfindex; init => _sourceIfindex = value; }

    /// <summary>Deciding rule: index into the revision's rule table, or <see cref="NoRule"/>.</summary>
    public uint Rule { get => _rule; init => _rule = value; }

    /// <summary>Whether the L7 rules of that direction ask to see the flow.</summary>
    public bool AsksProxy(Direction direction) => (_redirectDirections & (1 << (int)direction)) != 0;
}
