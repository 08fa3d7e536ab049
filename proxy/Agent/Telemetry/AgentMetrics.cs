using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Jumpgate.Agent.Lanes;
using Jumpgate.Agent.Sidecars;
using Jumpgate.Bpf;
using Jumpgate.Http.Observation;

namespace Jumpgate.Agent.Telemetry;

/// <summary>
/// All of the agent's instruments, under the meter <c>jumpgate</c>. Label sets are bounded: reasons, verdicts, rules in
/// force.
/// </summary>
internal sealed class AgentMetrics : IDisposable
{
    public const string MeterName = "jumpgate";

    private readonly Meter _meter = new(MeterName);
    private readonly ConcurrentDictionary<(RequestOutcome Outcome, string Policy, int StatusClass),
        StrongBox<long>> _requests = new();
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _metadataMissing;
    private LaneController? _lanes;

    public AgentMetrics()
    {
        Kafka = new KafkaMetrics(_meter);
        Envoy = new EnvoyMetrics(_meter);
        _meter.CreateObservableCounter(
            "jumpgate.http.requests", Requests, "{request}",
            "HTTP requests by outcome, deciding policy and status class, whoever decided");
        _duration = _meter.CreateHistogram<double>(
            "jumpgate.http.request.duration", "s", "From the request head to the end of the response");
        _metadataMissing = _meter.CreateCounter<long>("jumpgate.connections.metadata_missing", "{connection}",
            "Connections closed because the kernel knew no flow for them");
    }

    public KafkaMetrics Kafka { get; }

    public EnvoyMetrics Envoy { get; }

    public void Request(in RequestCount count)
    {
        var key = (count.Outcome, count.Rule?.Document.QualifiedName ?? "none", count.Status / 100);
        Interlocked.Increment(ref _requests.GetOrAdd(key, static _ => new StrongBox<long>()).Value);
        _duration.Record(
            count.Duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", Name(count.Outcome)));
    }

    public void MetadataMissing() => _metadataMissing.Add(1);

    /// <summary>Instruments that are read when asked for.</summary>
    public void Observe(Datapath datapath, Func<ulong> revision, Func<int> connections, Func<int> refusedDocuments)
    {
        _meter.CreateObservableCounter("jumpgate.drops", () => datapath.ReadDrops()
            .Where(d => d.Key != DropReason.None)
            .Select(d =>
                new Measurement<long>(
                (long)d.Value.Packets, new KeyValuePair<string, object?>("reason", d.Key.ToString()))),
            "{packet}", "Packets dropped in the kernel by reason");
        _meter.CreateObservableCounter("jumpgate.flows", () => datapath.ReadVerdicts()
            .Where(v => v.Key != Verdict.None)
            .Select(v =>
                new Measurement<long>(
                (long)v.Value.Packets, new KeyValuePair<string, object?>("verdict", v.Key.ToString()))),
            "{flow}", "Flows judged in the kernel by verdict");
        _meter.CreateObservableGauge(
            "jumpgate.policy.revision", () => (long)revision(), null, "Policy revision in force");
        _meter.CreateObservableGauge(
            "jumpgate.connections.open", connections, "{connection}", "Connections open in the proxy");
        _meter.CreateObservableGauge(
            "jumpgate.policy.refused", refusedDocuments, "{error}", "Errors in policy documents that are refused");
        _meter.CreateObservableGauge("jumpgate.bpf.map.entries", () => datapath.ReadMaps()
            .Select(m => new Measurement<long>(m.UsedEntries, MapLabels(m.Name))),
            "{entry}", "Entries in use of the kernel's maps");
        _meter.CreateObservableGauge("jumpgate.bpf.map.capacity", () => datapath.ReadMaps()
            .Select(m => new Measurement<long>(m.MaxEntries, MapLabels(m.Name))),
            "{entry}", "Entries that the kernel's maps can hold");
    }

    /// <summary>Likewise, of the socket acceleration.</summary>
    public void Observe(LaneController lanes, LaneDatapath kernel)
    {
        _lanes = lanes;
        _meter.CreateObservableGauge("jumpgate.lanes.open", () => lanes.Table.Count, "{lane}", "Lanes in use");
        _meter.CreateObservableCounter(
            "jumpgate.lanes.messages",
            () => Messages(kernel, responses: false).Concat(Messages(kernel, responses: true)),
            "{message}", "Sends of a lane's client and server: decided in the kernel, or why they went to the proxy");
        _meter.CreateObservableCounter(
            "jumpgate.lanes.bytes",
            () =>
            {
                var (queue, stack) = kernel.ReadBytes();
                return new Measurement<long>[]
                {
                    new((long)queue.Bytes, new KeyValuePair<string, object?>("way", "queue")),
                    new((long)stack.Bytes, new KeyValuePair<string, object?>("way", "stack")),
                };
            },
            "By", "Bytes between the two ends of joined connections, those of lanes not among them");
        _meter.CreateObservableCounter(
            "jumpgate.lanes.pairs.joined", () => (long)kernel.Direct.ReadCounts()[LeftReason.None],
            "{pair}", "Connections without L7 rules that the kernel joined, past the proxy");
        _meter.CreateObservableCounter(
            "jumpgate.lanes.pairs.left",
            () => kernel.Direct.ReadCounts().Where(count => count.Key != LeftReason.None).Select(count =>
                new Measurement<long>(
                    (long)count.Value, new KeyValuePair<string, object?>("reason", LaneModes.Name(count.Key)))),
            "{pair}", "Of these, those that went on as ordinary connections");
    }

    /// <summary>Likewise, of sidecars.</summary>
    public void Observe(SidecarController sidecars)
    {
        _meter.CreateObservableCounter(
            "jumpgate.sidecar.connections",
            () => sidecars.States.SelectMany(s => sidecars.Counts(s.Name).Select(c => new Measurement<long>(
                (long)c.Value,
                new KeyValuePair<string, object?>("workload", s.Name),
                new KeyValuePair<string, object?>("outcome", SidecarNames.Of(c.Key))))),
            "{connection}", "Connections of workloads with a sidecar, by what became of them");
        _meter.CreateObservableCounter(
            "jumpgate.sidecar.queue.bytes",
            () => sidecars.States.Where(s => s.Definition.ShortCircuit).Select(s => new Measurement<long>(
                (long)sidecars.Bytes(s.Name).Bytes, new KeyValuePair<string, object?>("workload", s.Name))),
            "By", "Bytes that passed by queue between application and sidecar");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Messages(LaneDatapath kernel, bool responses) =>
        kernel.ReadReasons(responses).Where(reason => reason.Value.Packets > 0).Select(reason => new Measurement<long>(
            (long)reason.Value.Packets,
            new KeyValuePair<string, object?>("of", responses ? "server" : "client"),
            new KeyValuePair<string, object?>("reason", LaneModes.Name(reason.Key))));

    /// <summary>The proxy's and the kernel's, added up.</summary>
    private IEnumerable<Measurement<long>> Requests()
    {
        var sums = _requests.ToDictionary(r => r.Key, r => Interlocked.Read(ref r.Value.Value));
        foreach (var (rule, count) in _lanes?.Automata.Requests ?? new Dictionary<(string, int), long>())
        {
            var key = (RequestOutcome.Forwarded, rule.Item1, rule.Item2);
            sums[key] = sums.GetValueOrDefault(key) + count;
        }

        return sums.Select(sum => new Measurement<long>(
            sum.Value,
            new KeyValuePair<string, object?>("outcome", Name(sum.Key.Outcome)),
            new KeyValuePair<string, object?>("policy", sum.Key.Policy),
            new KeyValuePair<string,
            object?>("status", sum.Key.StatusClass == 0 ? "none" : $"{sum.Key.StatusClass}xx")));
    }

    /// <summary>A table of two revisions is one map with a slot for each.</summary>
    private static KeyValuePair<string, object?>[] MapLabels(string name) => name.Split('/') is [var table, var slot]
        ? [new("map", table), new("slot", slot)]
        : [new("map", name)];

    private static string Name(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Forwarded => "forwarded",
        RequestOutcome.Denied => "denied",
        RequestOutcome.Audit => "audit",
        RequestOutcome.Rejected => "rejected",
        _ => "error",
    };
}
