using System.Text.Json.Nodes;
using Jumpgate.EnvoyConfig.Bootstrap;
using Jumpgate.EnvoyConfig.Nodes;

namespace Jumpgate.EnvoyConfig.Tests.Configuration;

public class BootstrapTests
{
    private static readonly BootstrapOptions Local = new() { Node = "deathstar", Xds = "127.0.0.1:18000" };

    [Fact]
    public void Error_Loopback_NeedsNothingMore() => Assert.Null(Local.Error());

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1:18000")]
    [InlineData("127.0.0.1:http")]
    [InlineData(":18000")]
    [InlineData("h:0")]
    [InlineData("h:70000")]
    public void Error_AddressWithoutHostOrPort_IsNamed(string xds) =>
        Assert.Contains("not HOST:PORT", (Local with { Xds = xds }).Error());

    [Fact]
    public void Error_PlaintextBeyondLoopback_HasToBeAskedFor()
    {
        var remote = Local with { Xds = "agent:18000" };

        Assert.Contains("--ca", remote.Error());
        Assert.Null((remote with { AllowPlaintext = true }).Error());
        Assert.Null((remote with { CaFile = "ca.pem" }).Error());
    }

    [Fact]
    public void Error_HalfAPair_IsNamed()
    {
        Assert.Contains("go together", (Local with { CaFile = "ca", CertificateFile = "c" }).Error());
        Assert.Contains("needs --ca", (Local with { CertificateFile = "c", KeyFile = "k" }).Error());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb")]
    public void Error_BadNode_IsNamed(string node) => Assert.Contains("--node", (Local with { Node = node }).Error());

    [Fact]
    public void Envoy_Bootstrap_AllowsExpressionsAsLongAsPoliciesMayHave() => Assert.Equal(
        1_000_000, EnvoyBootstrap.Create(
            Local).LayeredRuntime.Layers[0].StaticLayer.Fields["re2.max_program_size.error_level"].NumberValue);

    [Fact]
    public void Envoy_AdminInterface_IsOnLoopback() =>
        Assert.Equal("127.0.0.1", EnvoyBootstrap.Create(Local).Admin.Address.SocketAddress.Address);

    [Fact]
    public void Envoy_Yaml_IsReadBackAsTheSame()
    {
        var json = ResourceJson.Untyped(EnvoyBootstrap.Create(Local with { Node = "a: \"b\" #c", CaFile = "/ca" }));
        var yaml = new YamlDotNet.Serialization.DeserializerBuilder()
            .WithAttemptingUnquotedStringTypeDeserialization().Build()
            .Deserialize<object>(YamlText.Write(json));
        var text = new YamlDotNet.Serialization.SerializerBuilder().JsonCompatible().Build().Serialize(yaml!);

        Assert.True(JsonNode.DeepEquals(json, JsonNode.Parse(text)), text);
    }

    [Fact]
    public void Grpc_Bootstrap_NamesTheServersTemplateAndTheProfile()
    {
        var json = GrpcBootstrap.Create(Local with { Xds = "[::1]:18000" });

        Assert.Equal("[::1]:18000", (string?)json["xds_servers"]![0]!["server_uri"]);
        Assert.Equal("grpc", (string?)json["node"]!["metadata"]![NodeKey.ProfileKey]);
        Assert.Equal(
            "grpc/server?xds.resource.listening_address=%s", (string?)json["server_listener_resource_name_template"]);
    }
}
