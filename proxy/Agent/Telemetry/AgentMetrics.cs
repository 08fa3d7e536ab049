using System.Diagnostics.Metrics;
using Jumpgate.Bpf;
using Jumpgate.Http.Observation;

namespace Jumpgate.Agent.Telemetry;

/// <summary>All of the agent's instruments, under the meter <c>jumpgate</c>. Label sets are bounded: reasons, verdicts, rules in force.</summary>
internal sealed class AgentMetrics : IDisposable
{
    public const string MeterName = "jumpgate";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _metadataMissing;

    public AgentMetrics()
    {
        _requests = _meter.CreateCounter<long>("jumpgate.http.requests", "{request}", "HTTP requests by outcome, deciding policy and status class");
        _duration = _meter.CreateHistogram<double>("jumpgate.http.request.duration", "s", "From the request head to the end of the response");
        _metadataMissing = _meter.CreateCounter<long>("jumpgate.connections.metadata_missing", "{connection}", "Connections closed because the kernel knew no flow for them");
    }

    public void Request(in RequestCount count)
    {
        var rule = count.Rule?.Document.QualifiedName ?? "none";
        _requests.Add(
            1,
            new("outcome", Name(count.Outcome)),
            new("policy", rule),
            new("status", count.Status == 0 ? "none" : $"{count.Status / 100}xx"));
        _duration.Record(count.Duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", Name(count.Outcome)));
    }

    public void MetadataMissing() => _metadataMissing.Add(1);

    /// <summary>Instruments that are read when asked for.</summary>
    public void Observe(Datapath datapath, Func<ulong> revision, Func<int> connections, Func<int> refusedDocuments)
    {
        _meter.CreateObservableCounter("jumpgate.drops", () => datapath.ReadDrops()
            .Where(d => d.Key != DropReason.None)
            .Select(d => new Measurement<long>((long)d.Value.Packets, new KeyValuePair<string, object?>("reason", d.Key.ToString()))),
            "{packet}", "Packets dropped in the kernel by reason");
        _meter.CreateObservableCounter("jumpgate.flows", () => datapath.ReadVerdicts()
            .Where(v => v.Key != Verdict.None)
            .Select(v => new Measurement<long>((long)v.Value.Packets, new KeyValuePair<string, object?>("verdict", v.Key.ToString()))),
            "{flow}", "Flows judged in the kernel by verdict");
        _meter.CreateObservableGauge("jumpgate.policy.revision", () => (long)revision(), null, "Policy revision in force");
        _meter.CreateObservableGauge("jumpgate.connections.open", connections, "{connection}", "Connections open in the proxy");
        _meter.CreateObservableGauge("jumpgate.policy.refused", refusedDocuments, "{error}", "Errors in policy documents that are refused");
        _meter.CreateObservableGauge("jumpgate.bpf.map.entries", () => datapath.ReadMaps()
            .Select(m => new Measurement<long>(m.UsedEntries, MapLabels(m.Name))),
            "{entry}", "Entries in use of the kernel's maps");
        _meter.CreateObservableGauge("jumpgate.bpf.map.capacity", () => datapath.ReadMaps()
            .Select(m => new Measurement<long>(m.MaxEntries, MapLabels(m.Name))),
            "{entry}", "Entries that the kernel's maps can hold");
    }

    public void Dispose() => _meter.Dispose();

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
