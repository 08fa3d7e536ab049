using System.Diagnostics.Metrics;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Agent.Telemetry;

/// <summary>What Envoy asks the agent and tells it. Label sets are bounded: outcomes, policies in force.</summary>
internal sealed class EnvoyMetrics(Meter meter)
{
    private readonly Counter<long> _checks = meter.CreateCounter<long>(
        "jumpgate.envoy.checks", "{request}",
        "Requests that Envoy asked about (ext_authz), by outcome and deciding policy");

    private readonly Counter<long> _entries = meter.CreateCounter<long>(
        "jumpgate.envoy.access_log.entries", "{entry}",
        "Entries of Envoy's access logs, by verdict, and by what became of them");

    private readonly UpDownCounter<long> _streams = meter.CreateUpDownCounter<long>(
        "jumpgate.envoy.access_log.streams", "{stream}", "Streams of Envoy's access logs that are open");

    public void Checked(string outcome, RuleReference? rule) => _checks.Add(
        1,
        new KeyValuePair<string, object?>("outcome", outcome),
        new KeyValuePair<string, object?>("policy", rule?.Document.QualifiedName ?? "none"));

    /// <param name="verdict">FORWARDED, DROPPED, AUDIT, ERROR, or "none" of an entry that could not be read.</param>
    /// <param name="kept"><c>recorded</c>, <c>not_followed</c>, <c>limited</c>, <c>intermediate</c> or
    /// <c>malformed</c>.</param>
    public void Entry(string verdict, string kept) => _entries.Add(
        1, new KeyValuePair<string, object?>("verdict", verdict), new KeyValuePair<string, object?>("kept", kept));

    public void Streams(int change) => _streams.Add(change);
}
