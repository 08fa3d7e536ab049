using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;
using Jumpgate.Policy.Kafka.Observation;

namespace Jumpgate.Agent.Telemetry;

/// <summary>
/// Kafka requests by API, topic rule and verdict. A label is the rule's topic as its document has it, never a client's;
/// rules beyond a bound are counted together.
/// </summary>
internal sealed class KafkaMetrics
{
    /// <summary>Rules (policy and topic) with a label of their own, over the agent's life.</summary>
    private const int MaxRules = 500;
    private const string None = "none";
    private const string Other = "other";

    private readonly ConcurrentDictionary<
        (KafkaOutcome Outcome, KafkaApi? Api, string Policy, string Topic), StrongBox<long>> _requests = new();
    private readonly ConcurrentDictionary<(string Policy, string Topic), bool> _rules = new();
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _sidecars;
    private readonly Meter _meter;

    public KafkaMetrics(Meter meter)
    {
        _meter = meter;
        meter.CreateObservableCounter(
            "jumpgate.kafka.requests", Requests, "{request}",
            "Kafka requests by outcome, API, deciding policy and topic rule");
        _duration = meter.CreateHistogram<double>(
            "jumpgate.kafka.request.duration", "s", "From the request frame to the end of the reply");
        _sidecars = meter.CreateCounter<long>(
            "jumpgate.kafka.sidecar.connections", "{connection}",
            "Connections that sidecars passed on: served, or why they were refused");
    }

    /// <summary>Connections that the filter closed for what they sent.</summary>
    public void Observe(Func<IReadOnlyDictionary<FrameError, long>> closed) => _meter.CreateObservableCounter(
        "jumpgate.kafka.connections.closed",
        () => closed().Select(c => new Measurement<long>(
            c.Value, new KeyValuePair<string, object?>("reason", c.Key.ToString()))),
        "{connection}",
        "Kafka connections closed because of what came on them, by reason");

    /// <param name="outcome"><c>served</c>, or an enum's reason.</param>
    public void SidecarConnection(string outcome) =>
        _sidecars.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Request(in KafkaRequestCount count)
    {
        var api = count.Api is { } known && KafkaApis.IsKnown(known) ? known : (KafkaApi?)null;
        var (policy, topic) = RuleOf(count.Decision);
        Interlocked.Increment(
            ref _requests.GetOrAdd((count.Outcome, api, policy, topic), static _ => new StrongBox<long>()).Value);
        _duration.Record(
            count.Duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", Name(count.Outcome)));
    }

    private (string Policy, string Topic) RuleOf(KafkaDecision? decision)
    {
        if (decision?.Rule is not { } rule)
        {
            return (None, None);
        }

        var key = (rule.Document.QualifiedName, decision.TopicRule ?? None);
        // Two threads may both find room for the last one: a few more than the bound are no harm.
        return _rules.ContainsKey(key) || (_rules.Count < MaxRules && _rules.TryAdd(key, true))
            || _rules.ContainsKey(key)
            ? key
            : (Other, Other);
    }

    private IEnumerable<Measurement<long>> Requests() => _requests.Select(request => new Measurement<long>(
        Interlocked.Read(ref request.Value.Value),
        new KeyValuePair<string, object?>("api", request.Key.Api is { } api ? KafkaApis.NameOf(api) : "unknown"),
        new KeyValuePair<string, object?>("outcome", Name(request.Key.Outcome)),
        new KeyValuePair<string, object?>("policy", request.Key.Policy),
        new KeyValuePair<string, object?>("topic", request.Key.Topic)));

    private static string Name(KafkaOutcome outcome) => outcome switch
    {
        KafkaOutcome.Forwarded => "forwarded",
        KafkaOutcome.Denied => "denied",
        KafkaOutcome.Audit => "audit",
        KafkaOutcome.Rejected => "rejected",
        _ => "error",
    };
}
