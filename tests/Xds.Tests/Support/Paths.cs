namespace Jumpgate.Xds.Tests.Support;

internal static class Paths
{
    public const string Ads = "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";
    public const string DeltaAds = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";
}
