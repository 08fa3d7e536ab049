using Envoy.Config.Listener.V3;
using Envoy.Extensions.Filters.Listener.HttpInspector.V3;
using Envoy.Extensions.Filters.Listener.OriginalDst.V3;
using Envoy.Extensions.Filters.Listener.TlsInspector.V3;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>Listener filters: what a listener knows of a connection when it chooses a filter chain.</summary>
/// <param name="Transport">"raw_buffer - default, used when no transport protocol is detected"; "tls".</param>
internal sealed record Inspectors(string Transport, IReadOnlyList<string> Protocols)
{
    /// <returns>Null: the connection is closed before a chain is chosen.</returns>
    public static Inspectors? Inspect(Listener listener, DownstreamConnection connection)
    {
        // original_dst.proto: the listener filter takes the destination from SO_ORIGINAL_DST. Without it, matches would
        // be against the listener's own address; and so would those of the filters before it.
        if (listener.ListenerFilters.Count == 0 || listener.ListenerFilters[0].FilterDisabled is not null
            || listener.ListenerFilters[0].TypedConfig?.Is(OriginalDst.Descriptor) != true)
        {
            throw new NotModelledException(
                $"listener filters that do not begin with original_dst: {listener.ListenerFilters}");
        }

        var first = connection.Tls is not null ? FirstBytes.Tls : connection.First;
        var (isTls, waits, protocols) = (false, false, (IReadOnlyList<string>)[]);
        foreach (var filter in listener.ListenerFilters.Skip(1))
        {
            NotModelledException.ThrowUnlessOnly(filter, "name", "typed_config", "filter_disabled");
            var isForTls = Packed.TryGet<TlsInspector>(filter.TypedConfig, out var config);
            if (isForTls)
            {
                NotModelledException.ThrowUnlessOnly(config!);
            }
            else if (!Packed.TryGet<HttpInspector>(filter.TypedConfig, out _))
            {
                throw new NotModelledException($"the listener filter {filter.Name} ({filter.TypedConfig.TypeUrl})");
            }

            // "Optional match predicate used to disable the filter. The filter is enabled when this field is empty."
            if (filter.FilterDisabled is { } predicate && Matches(predicate, connection))
            {
                continue;
            }

            waits |= first == FirstBytes.Nothing;
            isTls |= isForTls && first.IsTls;
            if (isForTls ? first.IsTls : !first.IsTls)
            {
                protocols = first.Protocols;
            }
        }

        // "If the timeout is reached, the accepted socket is closed without a connection being created unless
        // continue_on_listener_filters_timeout is set to true. Specify 0 to disable the timeout."
        return waits
            && (!listener.ContinueOnListenerFiltersTimeout || listener.ListenerFiltersTimeout is not { } limit
            || limit.ToTimeSpan() == TimeSpan.Zero
            || limit.ToTimeSpan() > TimeSpan.FromSeconds(1))
            ? null : new Inspectors(isTls ? "tls" : "raw_buffer", protocols);
    }

    private static bool Matches(ListenerFilterChainMatchPredicate predicate, DownstreamConnection connection) =>
        predicate.RuleCase switch
        {
            // type/v3/range.proto: "start of the range (inclusive)", "end of the range (exclusive)".
            ListenerFilterChainMatchPredicate.RuleOneofCase.DestinationPortRange =>
                connection.Destination.Port >= predicate.DestinationPortRange.Start
                    && connection.Destination.Port < predicate.DestinationPortRange.End,
            ListenerFilterChainMatchPredicate.RuleOneofCase.OrMatch =>
                predicate.OrMatch.Rules.Any(r => Matches(r, connection)),
            _ => throw new NotModelledException($"the predicate {predicate}"),
        };
}
