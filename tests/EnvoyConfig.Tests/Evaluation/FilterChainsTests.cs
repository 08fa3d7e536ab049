using System.Net;
using Envoy.Config.Listener.V3;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

public sealed class FilterChainsTests
{
    private const string OriginalDst = """
        "listenerFilters": [{"name": "o", "typedConfig": {"@type": "type.googleapis.com/envoy.extensions.filters.listener.original_dst.v3.OriginalDst"}}]
        """;

    private const string Chains = """
        "filterChains": [
          {"name": "rest"},
          {"name": "80", "filterChainMatch": {"destinationPort": 80}},
          {"name": "80 near", "filterChainMatch": {"destinationPort": 80, "directSourcePrefixRanges": [{"addressPrefix": "10.0.0.0", "prefixLen": 8}]}},
          {"name": "80 nearer", "filterChainMatch": {"destinationPort": 80, "directSourcePrefixRanges": [
            {"addressPrefix": "192.0.2.0", "prefixLen": 24}, {"addressPrefix": "10.1.0.0", "prefixLen": 16}]}},
          {"name": "90 only near", "filterChainMatch": {"destinationPort": 90, "sourcePrefixRanges": [{"addressPrefix": "10.0.0.0", "prefixLen": 8}]}},
          {"name": "to 172", "filterChainMatch": {"prefixRanges": [{"addressPrefix": "172.16.0.0", "prefixLen": 12}]}},
          {"name": "to 172 from 10", "filterChainMatch": {
            "prefixRanges": [{"addressPrefix": "172.16.0.0", "prefixLen": 12}], "directSourcePrefixRanges": [{"addressPrefix": "10.0.0.0", "prefixLen": 8}]}}
        ]
        """;

    [Theory]
    [InlineData("203.0.113.1:5", "192.168.0.1:443", "rest")]
    [InlineData("203.0.113.1:5", "192.168.0.1:80", "80")]
    [InlineData("10.9.0.1:5", "192.168.0.1:80", "80 near")]
    [InlineData("10.1.0.1:5", "192.168.0.1:80", "80 nearer")]
    [InlineData("192.0.2.1:5", "192.168.0.1:80", "80 nearer")]
    // The port comes first: what names it is all that is left, also where it does not fit.
    [InlineData("203.0.113.1:5", "192.168.0.1:90", null)]
    [InlineData("10.0.0.1:5", "192.168.0.1:90", "90 only near")]
    [InlineData("10.0.0.1:5", "172.16.0.1:80", "80 near")]
    [InlineData("203.0.113.1:5", "172.16.0.1:443", "to 172")]
    [InlineData("10.0.0.1:5", "172.16.0.1:443", "to 172 from 10")]
    [InlineData("[2001:db8::1]:5", "[2001:db8::2]:80", "80")]
    public void Select_ByPortThenDestinationThenSource_TakesTheMostSpecific(
        string source, string destination, string? chain) =>
        Assert.Equal(chain, Select($$"""{ {{OriginalDst}}, {{Chains}} }""", source, destination)?.Name);

    [Fact]
    public void Select_WithNoChainThatFits_TakesTheDefault() => Assert.Equal("default", Select(
        $$"""{ {{OriginalDst}}, "defaultFilterChain": {"name": "default"}, "filterChains": [{"filterChainMatch": {"destinationPort": 1} }] }""",
        "10.0.0.1:5", "10.0.0.2:80")?.Name);

    [Theory]
    [InlineData("""{ "filterChains": [{"name": "a"}] }""")]
    [InlineData($$"""{ {{OriginalDst}}, "filterChains": [{"name": "a"}, {"name": "b"}] }""")]
    [InlineData(
        $$"""{ {{OriginalDst}}, "filterChains": [{"name": "a"}, {"filterChainMatch": {"transportProtocol": "raw_buffer"} }, {"filterChainMatch": {"transportProtocol": "raw_buffer"} }] }""")]
    [InlineData($$"""{ {{OriginalDst}}, "filterChains": [{"filterChainMatch": {"serverNames": ["x"]} }] }""")]
    [InlineData($$"""{ {{OriginalDst}}, "filterChains": [{"filterChainMatch": {"sourceType": "EXTERNAL"} }] }""")]
    public void Select_OfWhatIsNotModelled_Throws(string listener) =>
        Assert.Throws<NotModelledException>(() => Select(listener, "10.0.0.1:5", "10.0.0.2:80"));

    private const string Inspecting = """
        "continueOnListenerFiltersTimeout": true, "listenerFiltersTimeout": "0.2s", "listenerFilters": [
          {"name": "o", "typedConfig": {"@type": "type.googleapis.com/envoy.extensions.filters.listener.original_dst.v3.OriginalDst"}},
          {"name": "t", "filterDisabled": {"destinationPortRange": {"start": 90, "end": 91}},
            "typedConfig": {"@type": "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"}},
          {"name": "h", "filterDisabled": {"orMatch": {"rules": [
              {"destinationPortRange": {"start": 90, "end": 91}}, {"destinationPortRange": {"start": 100, "end": 102}}]}},
            "typedConfig": {"@type": "type.googleapis.com/envoy.extensions.filters.listener.http_inspector.v3.HttpInspector"}}]
        """;

    /// <summary>Protocols are asked for before the source's address, and nobody comes back from there.</summary>
    [Theory]
    [InlineData("nothing", 80, "rest")]
    [InlineData("garbage", 80, "rest")]
    [InlineData("HTTP/1.0", 80, "rest")]
    [InlineData("HTTP/1.1", 80, null)]
    [InlineData("HTTP/2", 80, null)]
    [InlineData("TLS without ALPN", 80, "tls")]
    [InlineData("TLS", 80, "tls h2")]
    [InlineData("HTTP/1.1", 90, "rest")]
    [InlineData("TLS", 90, "rest")]
    [InlineData("HTTP/1.1", 101, "rest")]
    [InlineData("TLS", 101, "tls h2")]
    public void Select_ByWhatInspectorsSee_TakesTheMostSpecific(string first, int port, string? chain) =>
        Assert.Equal(chain, Select(
        $$"""
        { {{Inspecting}}, "filterChains": [
          {"name": "rest"},
          {"name": "http from 10", "filterChainMatch": {
            "applicationProtocols": ["http/1.1", "h2c"], "directSourcePrefixRanges": [{"addressPrefix": "10.0.0.0", "prefixLen": 8}]} },
          {"name": "tls", "filterChainMatch": {"transportProtocol": "tls"} },
          {"name": "tls http", "filterChainMatch": {"transportProtocol": "tls", "applicationProtocols": ["http/1.1"]} },
          {"name": "tls h2", "filterChainMatch": {"transportProtocol": "tls", "applicationProtocols": ["h2"]} }] }
        """,
        "192.0.2.1:5", $"192.168.0.1:{port}", FirstBytes.All.Single(f => f.Name == first))?.Name);

    [Theory]
    [InlineData("")]
    [InlineData("\"continueOnListenerFiltersTimeout\": true,")]
    [InlineData("\"continueOnListenerFiltersTimeout\": true, \"listenerFiltersTimeout\": \"0s\",")]
    [InlineData("\"listenerFiltersTimeout\": \"0.2s\",")]
    public void Select_OfASilentClient_NeedsAnEndOfTheWaiting(string options)
    {
        var listener =
            $$"""{ {{options}} {{Inspecting[Inspecting.IndexOf("\"listenerFilters\"", StringComparison.Ordinal)..]}}, "filterChains": [{"name": "a"}] }""";
        Assert.Null(Select(listener, "10.0.0.1:5", "10.0.0.2:80", FirstBytes.Nothing));
        Assert.Equal("a", Select(listener, "10.0.0.1:5", "10.0.0.2:80", FirstBytes.Unknown)?.Name);
        Assert.Equal("a", Select(listener, "10.0.0.1:5", "10.0.0.2:90", FirstBytes.Nothing)?.Name);
    }

    private static FilterChain? Select(string listener, string source, string destination, FirstBytes? first = null) =>
        FilterChains.Select(
        new Google.Protobuf.JsonParser(
            Google.Protobuf.JsonParser.Settings.Default.WithTypeRegistry(Resources.EnvoyTypes.Registry))
            .Parse<Listener>(listener),
        new DownstreamConnection(
            IPEndPoint.Parse(source), IPEndPoint.Parse(destination))
        { First = first ?? FirstBytes.Unknown });
}
