using Envoy.Config.Core.V3;
using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.Xds.Resources;
using Jumpgate.Xds.Streams;
using Jumpgate.Xds.Tests.Support;

namespace Jumpgate.Xds.Tests.Resources;

public sealed class SnapshotTests
{
    [Fact]
    public void Rule12_NameTwice_IsNoSnapshot()
    {
        Assert.False(XdsSnapshot.TryCreate(
            [Deathstar.Endpoints("a", 1), Deathstar.Endpoints("a", 2)], out _, out var errors));

        Assert.Equal(["EDS 'a' is there twice"], errors.ToArray());
    }

    [Fact]
    public void Rule14_ReferenceThatDoesNotResolve_IsNoSnapshot()
    {
        Assert.False(XdsSnapshot.TryCreate(
            [Deathstar.Listener("l", "r"), Deathstar.Route("r", "r", "c"), Deathstar.Cluster("c")], out _,
            out var errors));

        Assert.Equal(["CDS 'c' refers to EDS 'c', which is not there"], errors.ToArray());
    }

    [Fact]
    public void Rule12_NameThatMeansAll_IsNoSnapshot() =>
        Assert.False(XdsSnapshot.TryCreate([Deathstar.Endpoints("*", 1)], out _, out _));

    [Fact]
    public void Rule14_MapsInAnyOrder_HaveOneVersion()
    {
        Assert.Equal(Version("a", "b", "c"), Version("c", "a", "b"));
        Assert.NotEqual(Version("a", "b"), Version("a", "c"));

        static string Version(params string[] keys)
        {
            var value = new Struct();
            foreach (var key in keys)
            {
                value.Fields.Add(key, Value.ForString(key));
            }

            return XdsResource.Create("x", value).Version;
        }
    }

    [Fact]
    public void Version_OfASnapshot_DependsOnContentOnly()
    {
        var one = Deathstar.Snapshot(Deathstar.Endpoints("a", 1), Deathstar.Endpoints("b", 2));
        var same = Deathstar.Snapshot(Deathstar.Endpoints("b", 2), Deathstar.Endpoints("a", 1));
        var other = Deathstar.Snapshot(Deathstar.Endpoints("a", 1), Deathstar.Endpoints("b", 3));

        Assert.Equal(one.Version, same.Version);
        Assert.NotEqual(one.Version, other.Version);
    }

    [Fact]
    public void Encoding_OfAResponse_IsThatOfTheGeneratedMessage()
    {
        var cluster = Deathstar.Cluster("a");
        var encoded = EncodedResponse.Sotw(XdsType.Cluster.Url, new Content("v1", [cluster], []), "n1", "jumpgate");
        var expected = new DiscoveryResponse
        {
            VersionInfo = "v1",
            TypeUrl = XdsType.Cluster.Url,
            Nonce = "n1",
            Resources = { new Any { TypeUrl = XdsType.Cluster.Url, Value = ByteString.CopyFrom(cluster.Value.Span) } },
            ControlPlane = new ControlPlane { Identifier = "jumpgate" },
        };

        var bytes = encoded.Chunks.SelectMany(c => c.ToArray()).ToArray();
        Assert.Equal(encoded.Length, bytes.Length);
        Assert.Equal(expected, DiscoveryResponse.Parser.ParseFrom(bytes));
    }

    [Fact]
    public void Encoding_OfADeltaResponse_IsThatOfTheGeneratedMessage()
    {
        var cluster = Deathstar.Cluster("a");
        var encoded =
            EncodedResponse.Delta(XdsType.Cluster.Url, new Content("v1", [cluster], ["b", "c"]), "n1", "jumpgate");
        var expected = new DeltaDiscoveryResponse
        {
            SystemVersionInfo = "v1",
            TypeUrl = XdsType.Cluster.Url,
            Nonce = "n1",
            Resources =
            {
                new Resource
                {
                    Name = "a",
                    Version = cluster.Version,
                    Resource_ = new Any { TypeUrl = XdsType.Cluster.Url,
                        Value = ByteString.CopyFrom(cluster.Value.Span) },
                },
            },
            RemovedResources = { "b", "c" },
            ControlPlane = new ControlPlane { Identifier = "jumpgate" },
        };

        var bytes = encoded.Chunks.SelectMany(c => c.ToArray()).ToArray();
        Assert.Equal(encoded.Length, bytes.Length);
        Assert.Equal(expected, DeltaDiscoveryResponse.Parser.ParseFrom(bytes));
    }
}
