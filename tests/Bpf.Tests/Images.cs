using System.Net;

namespace Jumpgate.Bpf.Tests;

/// <summary>Small images.</summary>
internal static class Images
{
    internal static DatapathImage Create(ulong revision, int endpoints = 3)
    {
        var classes = new ushort[DatapathImage.PortClassTableLength];
        classes[80] = 1;
        return new()
        {
            Revision = revision,
            Endpoints =
            [
                .. Enumerable.Range(0, endpoints).Select(i => KeyValuePair.Create(
                    EndpointKey.From(new IPAddress(new byte[] { 10, (byte)(i >> 16), (byte)(i >> 8), (byte)i })),
                    new Endpoint((uint)i + 10, (uint)i + 256, (uint)i, (uint)i))),
            ],
            IpCache =
            [
                new(IpCacheKey.From(IPNetwork.Parse("192.0.2.0/24")), new(256, 1)),
                new(IpCacheKey.From(IPNetwork.Parse("2001:db8::/32")), new(257, 2)),
            ],
            Policy = [new(new(0, 1, 1, Direction.Ingress), new(Verdict.Redirect, 7, audit: true))],
            Defaults = new PolicyValue[] { new(Verdict.Allow, 0), new(Verdict.DefaultDeny, Flow.NoRule) },
            PortClasses = classes,
            PortClassCount = 2,
        };
    }
}
