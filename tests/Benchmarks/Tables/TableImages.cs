using System.Buffers.Binary;
using System.Net;
using Jumpgate.Bpf;

namespace Jumpgate.Benchmarks.Tables;

/// <summary>
/// Tables with any number of identities: each has an address of its own in the ipcache, and a verdict of its own in the
/// policy of the one workload, at the way out. What is in no table is denied.
/// </summary>
internal static class TableImages
{
    public const ushort Port = 80;
    private const uint WorkloadIdentity = 256;
    private const uint FirstPeer = 1000;
    private const ushort PortClass = 2;
    private const uint PortClasses = 3;

    public static IPAddress Workload { get; } = IPAddress.Parse("10.255.0.2");

    /// <summary>The address of one of the identities.</summary>
    public static IPAddress Peer(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, 0x0b000000u + (uint)number);
        return new IPAddress(bytes);
    }

    public static DatapathImage Create(ulong revision, int identities, int ifindex)
    {
        var classes = new ushort[DatapathImage.PortClassTableLength];
        Array.Fill(classes, (ushort)1);
        classes[Port] = PortClass;
        var defaults = new PolicyValue[2 * PortClasses];
        Array.Fill(defaults, new PolicyValue(Verdict.DefaultDeny, Flow.NoRule));
        var numbers = Enumerable.Range(0, identities);
        var endpoint = new Endpoint((uint)ifindex, WorkloadIdentity, WorkloadIdentity, 0);
        return new DatapathImage
        {
            Revision = revision,
            Endpoints = [new(EndpointKey.From(Workload), endpoint)],
            IpCache =
            [
                .. numbers.Select(n => new KeyValuePair<IpCacheKey, IpCacheValue>(
                    IpCacheKey.From(Peer(n), 32), new IpCacheValue(FirstPeer + (uint)n, FirstPeer + (uint)n))),
            ],
            Policy =
            [
                .. numbers.Select(n => new KeyValuePair<PolicyKey, PolicyValue>(
                    new PolicyKey(0, FirstPeer + (uint)n, PortClass, Direction.Egress),
                    new PolicyValue(Verdict.Allow, (uint)n))),
            ],
            Defaults = defaults,
            PortClasses = classes,
            PortClassCount = PortClasses,
        };
    }
}
