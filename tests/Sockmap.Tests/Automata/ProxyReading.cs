using System.Collections.Immutable;
using Jumpgate.Http;
using Jumpgate.Http.Http1;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Sockmap.Tests.Automata;

/// <summary>
/// What the proxy does with a message, by its own code: null where it does anything but forward it as it is.
/// </summary>
internal sealed record ProxyReading(int HeadLength, long BodyLength, RuleReference? Rule)
{
    private static readonly HttpFilterOptions Options = new();

    public static ProxyReading? Read(ConnectionPolicy policy, byte[] message)
    {
        var scanned = 0;
        var head = new Http1RequestHead();
        if (HeadScanner.Scan(message, ref scanned, out var length) != HeadScan.Complete || length > Options.MaxHeadBytes
            || head.Parse(message.AsSpan(0, length), Options) != RequestRejection.None
            || !RequestTarget.IsCanonical(head.Method, head.Target)
            || head.Framing.Kind is not (BodyKind.None or BodyKind.Length)
            || head.ClientCloses || head.ExpectsContinue || head.Upgrade.Length > 0 || !head.IsHttp11)
        {
            return null;
        }

        var headers = new Http1RequestHeaders(head, () => message.AsMemory(0, length));
        var decision = policy.Decide(new HttpRequestView(head.Method, head.Target, head.Authority, headers));
        return decision.Verdict == HttpVerdict.Allowed && decision.Mutations.IsEmpty && decision.Mismatches.IsEmpty
            ? new ProxyReading(length, head.Framing.Length, decision.Rule)
            : null;
    }
}
