using System.Net;
using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>A workload's address (struct endpoint_key).</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct EndpointKey(Address16 Address)
{
    /// <summary>The key of an address.</summary>
    public static EndpointKey From(IPAddress address) => new(Address16.From(address));
}

/// <summary>The workload behind an address (struct endpoint).</summary>
/// <param name="Ifindex">Host-side interface.</param>
/// <param name="Identity">Security identity.</param>
/// <param name="Group">Workloads with equal labels and equal named ports.</param>
/// <param name="Subject">Dense index of the group.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Endpoint(uint Ifindex, uint Identity, uint Group, uint Subject);
