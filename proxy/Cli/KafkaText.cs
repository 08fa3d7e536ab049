using System.Globalization;
using System.Text;
using Jumpgate.Agent.Flows;

namespace Jumpgate.Cli;

/// <summary>
/// A Kafka request as one line: <c>empire-outpost -> kafka:9092 kafka Produce deathstar-plans DENIED
/// TOPIC_AUTHORIZATION_FAILED</c>.
/// </summary>
internal static class KafkaText
{
    private const int MaxNames = 5;

    public static string Format(FlowRecord record, FlowKafka kafka)
    {
        var text = new StringBuilder();
        text.Append(Name(record.Source, record.Ip.Source, withPort: false)).Append(" -> ");
        text.Append(Name(record.Destination, record.Ip.Destination, withPort: true));
        text.Append(CultureInfo.InvariantCulture, $":{record.L4?.Tcp?.DestinationPort} kafka");
        var denied = record.DropReasonDesc == "POLICY_DENIED";
        foreach (var word in new[] { kafka.ApiKey, What(kafka), denied ? "DENIED" : record.Verdict, kafka.Error ?? "" })
        {
            text.Append(word.Length > 0 ? " " : "").Append(word);
        }

        text.Append(!denied && record.DropReasonDesc is { } reason ? $" {reason}" : "");
        text.Append(kafka.PerTopic ? " (the other topics are forwarded)" : "");
        text.Append(kafka.ClientId is { } client ? $" client {Printable(client)}" : "");
        text.Append(CultureInfo.InvariantCulture, $" {record.L7!.LatencyNs / 1e6:0.0}ms");
        text.Append(record.Summary is { } summary ? $" ({Printable(summary)})" : "");
        return text.Append(record.PolicyNames.Count > 0 ? $" by {record.PolicyNames[0]}" : "").ToString();
    }

    private static string Name(FlowPeer peer, string address, bool withPort) =>
        peer.Workload ?? FlowText.Bracket(address, withPort);

    /// <summary>What the request is about: topics, else groups, else transactional ids.</summary>
    private static string What(FlowKafka kafka)
    {
        var names = kafka.Topics.Count > 0 ? kafka.Topics
            : kafka.Topic.Length > 0 ? [kafka.Topic]
            : kafka.Groups.Count > 0 ? kafka.Groups
            : kafka.TransactionalIds;
        return Printable(string.Join(',', names.Take(MaxNames)) + (names.Count > MaxNames ? ",..." : ""));
    }

    /// <summary>
    /// Clients choose these texts: none of them may write to a terminal what its owner did not ask for.
    /// </summary>
    private static string Printable(string text) =>
        string.Create(text.Length, text, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) || from[i] is '\u2028' or '\u2029'
                    || char.GetUnicodeCategory(from[i]) == UnicodeCategory.Format ? '?' : from[i];
            }
        });
}
