using System.Globalization;
using System.Text;
using Jumpgate.Agent.Flows;

namespace Jumpgate.Cli;

/// <summary>A flow event as one line.</summary>
internal static class FlowText
{
    public static string ProtocolOf(FlowRecord record) => record switch
    {
        { L7.Kafka: not null } => "kafka",
        { L7: not null } => "http",
        { L4.Tcp: not null } => "tcp",
        { L4.Udp: not null } => "udp",
        { L4.Protocol: { } name } => name.StartsWith("ICMP", StringComparison.Ordinal) ? "icmp" : name,
        _ => record.Ip.IpVersion,
    };

    public static string Format(FlowRecord record)
    {
        if (record.L7 is { Kafka: { } kafka })
        {
            return KafkaText.Format(record, kafka);
        }

        var ports = record.L4?.Tcp ?? record.L4?.Udp;
        var text = new StringBuilder();
        Append(text, record.Source, record.Ip.Source);
        text.Append(" -> ").Append(record.Destination.Workload ?? Bracket(record.Ip.Destination, ports is not null));
        if (ports is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $":{ports.DestinationPort}");
        }

        if (record.Verdict != "FORWARDED" || record.L7 is null)
        {
            text.Append($" ({string.Join(',', record.Destination.Labels)})");
        }

        text.Append(' ').Append(ProtocolOf(record));
        if (record.L7 is { Http: { } http } l7)
        {
            text.Append($" {http.Method} {http.Url} {record.Verdict} {http.Code}");
            text.Append(http.GrpcStatus is { } grpc ? $" grpc-status {grpc}" : "");
            text.Append(CultureInfo.InvariantCulture, $" {l7.LatencyNs / 1e6:0.0}ms");
        }
        else
        {
            text.Append(ports?.Flags is { Length: > 0 } flags ? $" {flags}" : "").Append(' ').Append(record.Verdict);
        }

        text.Append(record.DropReasonDesc is { } reason ? $" {reason}" : "");
        text.Append(record.Summary is { } summary ? $" ({summary})" : "");
        return text.Append(record.PolicyNames.Count > 0 ? $" by {record.PolicyNames[0]}" : "").ToString();
    }

    private static void Append(StringBuilder text, FlowPeer peer, string address) =>
        text.Append(peer.Workload ?? address).Append(" (").Append(string.Join(',', peer.Labels)).Append(')');

    internal static string Bracket(string address, bool withPort) =>
        withPort && address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
}
