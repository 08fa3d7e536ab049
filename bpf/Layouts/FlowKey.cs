using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>Key of the flow map, in the initiator's orientation (struct flow_key). Ports are in host order here; ICMP
/// echo has its identifier in both.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct FlowKey
{
    private readonly Address16 _source;
    private readonly Address16 _destination;
    private readonly ushort _sourcePort;
    private readonly ushort _destinationPort;
    private readonly byte _protocol;
    private readonly Pad3 _pad;

    /// <summary>The initiator's address.</summary>
    public Address16 Source { get => _source; init => _source = value; }

    /// <summary>The address the initiator asked for.</summary>
    public Address16 Destination { get => _destination; init => _destination = value; }

    /// <summary>The initiator's port, host order.</summary>
    public ushort SourcePort
    {
        get => NetworkOrder.Swap(_sourcePort);
        init => _sourcePort = NetworkOrder.Swap(value);
    }

    /// <summary>The port the initiator asked for, host order.</summary>
    public ushort DestinationPort
    {
        get => NetworkOrder.Swap(_destinationPort);
        init => _destinationPort = NetworkOrder.Swap(value);
    }

    /// <summary>IP protocol number.</summary>
    public byte Protocol
    {
        get => _protocol;
        init
        {
            _protocol = value;
            _pad = default;
        }
    }
}
