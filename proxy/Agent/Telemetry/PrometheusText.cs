using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Jumpgate.Agent.Telemetry;

/// <summary>
/// The meter's values in Prometheus' text format (version 0.0.4). Dots become underscores, counters end in _total.
/// </summary>
internal sealed class PrometheusText : IDisposable
{
    /// <summary>
    /// As OpenTelemetry's limit: what is beyond is counted under one label, and memory stays bounded.
    /// </summary>
    private const int MaxSeries = 2000;
    private const string Overflow = "otel_metric_overflow=\"true\"";

    private static readonly double[] Buckets =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Lock _lock = new();
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    public PrometheusText()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == AgentMetrics.MeterName)
            {
                listener.EnableMeasurementEvents(instrument, new Known());
            }
        };
        _listener.SetMeasurementEventCallback<long>((i, v, tags, known) => Take(i, v, tags, (Known)known!));
        _listener.SetMeasurementEventCallback<int>((i, v, tags, known) => Take(i, v, tags, (Known)known!));
        _listener.SetMeasurementEventCallback<double>((i, v, tags, known) => Take(i, v, tags, (Known)known!));
        _listener.Start();
    }

    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        lock (_lock)
        {
            foreach (var (name, family) in _families)
            {
                text.Append("# HELP ").Append(name).Append(' ')
                    .Append(family.Help.Replace("\\", "\\\\", StringComparison.Ordinal)).Append('\n');
                text.Append("# TYPE ").Append(name).Append(' ').Append(family.Type).Append('\n');
                foreach (var (labels, series) in family.Series)
                {
                    series.Write(text, name, labels);
                }
            }
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Take(
        Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, Known known)
    {
        // Asked for every request: nothing is written or locked here that all of them share.
        if (tags.Length == 1 && tags[0].Value is string tag && known.ByTag.TryGetValue(tag, out var found))
        {
            found.Take(value, absolute: false);
            return;
        }

        var series = Find(instrument, tags, out var absolute);
        series.Take(value, absolute);
        if (tags.Length == 1 && !absolute && tags[0].Value is string first && known.ByTag.Count < MaxSeries)
        {
            known.ByTag.TryAdd(first, series);
        }
    }

    private Series Find(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags, out bool absolute)
    {
        var (type, suffix) = instrument switch
        {
            Histogram<double> => ("histogram", instrument.Unit == "s" ? "_seconds" : ""),
            Counter<long> or ObservableCounter<long> => ("counter", "_total"),
            _ => ("gauge", ""),
        };
        var name = instrument.Name.Replace('.', '_') + suffix;
        var labels = Labels(tags);
        lock (_lock)
        {
            if (!_families.TryGetValue(name, out var family))
            {
                _families[name] = family = new Family(type, instrument.Description ?? instrument.Name);
            }

            if (!family.Series.ContainsKey(labels) && family.Series.Count >= MaxSeries)
            {
                labels = Overflow;
            }

            if (!family.Series.TryGetValue(labels, out var series))
            {
                family.Series[labels] = series = new Series(type == "histogram");
            }

            absolute = instrument.IsObservable || type == "gauge";
            return series;
        }
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            var escaped = Convert.ToString(value, CultureInfo.InvariantCulture)!
                .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append(text.Length == 0 ? "" : ",").Append(key).Append("=\"").Append(escaped).Append('"');
        }

        return text.ToString();
    }

    /// <summary>Series of an instrument with one label, by that label's value.</summary>
    private sealed class Known
    {
        public ConcurrentDictionary<string, Series> ByTag { get; } = new(StringComparer.Ordinal);
    }

    private sealed record Family(string Type, string Help)
    {
        public SortedDictionary<string, Series> Series { get; } = new(StringComparer.Ordinal);
    }

    private sealed class Series(bool isHistogram)
    {
        private readonly Lock _lock = new();
        private readonly long[] _buckets = new long[isHistogram ? Buckets.Length : 0];
        private long _count;
        private double _value;

        public void Take(double value, bool absolute)
        {
            lock (_lock)
            {
                _count++;
                _value = absolute ? value : _value + value;
                for (var i = _buckets.Length - 1; i >= 0 && value <= Buckets[i]; i--)
                {
                    _buckets[i]++;
                }
            }
        }

        public void Write(StringBuilder text, string name, string labels)
        {
            lock (_lock)
            {
                WriteLocked(text, name, labels);
            }
        }

        private void WriteLocked(StringBuilder text, string name, string labels)
        {
            var braces = labels.Length == 0 ? "" : $"{{{labels}}}";
            if (!isHistogram)
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}{braces} {_value}\n");
                return;
            }

            var prefix = labels.Length == 0 ? "" : labels + ",";
            for (var i = 0; i < Buckets.Length; i++)
            {
                text.Append(
                    CultureInfo.InvariantCulture, $"{name}_bucket{{{prefix}le=\"{Buckets[i]}\"}} {_buckets[i]}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{prefix}le=\"+Inf\"}} {_count}\n");
            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{braces} {_value}\n{name}_count{braces} {_count}\n");
        }
    }
}
