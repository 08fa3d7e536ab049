using System.Collections.Immutable;
using Envoy.Config.Core.V3;
using Envoy.Config.Listener.V3;
using Envoy.Config.Rbac.V3;
using Envoy.Config.Route.V3;
using Envoy.Extensions.Filters.Http.ExtAuthz.V3;
using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Envoy.Type.Matcher.V3;
using Envoy.Type.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Resources;
using Jumpgate.EnvoyConfig.Resources.Validation;
using Jumpgate.Xds.Resources;
using HttpRouter = Envoy.Extensions.Filters.Http.Router.V3.Router;
using NetworkFilter = Envoy.Config.Listener.V3.Filter;

namespace Jumpgate.EnvoyConfig.Tests.Validation;

public sealed class ResourceValidatorTests
{
    private const string Manager = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

    /// <summary>Messages with all that is wrong in them, and their like with nothing wrong.</summary>
    private static readonly ImmutableArray<(IMessage Bad, string[] Problems, IMessage Good)> Messages =
    [
        // bool.const, in a oneof: counts for the member that is chosen.
        (new ExtAuthzPerRoute { Disabled = false }, ["disabled: bool.const: true"],
            new ExtAuthzPerRoute { Disabled = true }),
        // oneof required.
        (new ExtAuthzPerRoute(), ["override: one of them is required"], new ExtAuthzPerRoute { CheckSettings = new() }),
        // message.required: a message, a wrapper, an Any, a duration.
        (new Rds { RouteConfigName = "r" }, ["config_source: required"],
            new Rds { RouteConfigName = "r", ConfigSource = Ads }),
        (new RuntimeFeatureFlag { RuntimeKey = "k" }, ["default_value: required"],
            new RuntimeFeatureFlag { RuntimeKey = "k", DefaultValue = false }),
        (new TypedExtensionConfig { Name = "x" }, ["typed_config: required"], Named("x")),
        (new BackoffStrategy(), ["base_interval: required"],
            new BackoffStrategy { BaseInterval = new Duration { Seconds = 1 } }),
        (new SocketOption { Name = 1 }, ["value: one of them is required"],
            new SocketOption { Name = 1, IntValue = 0 }),
        (new Address(), ["address: one of them is required"], Loopback(80)),
        // uint32.lte, deep; defined_only.
        (Loopback(65536), ["socket_address.port_value: uint32.lte: 65535"], Loopback(65535)),
        (new ConfigSource { Ads = new(), ResourceApiVersion = (ApiVersion)1 },
            ["resource_api_version: value V2 is deprecated since 3.0"],
            Ads),
        (new SocketAddress { Address = "::1", PortValue = 1, Protocol = (SocketAddress.Types.Protocol)7 },
            ["protocol: enum.defined_only: true"], new SocketAddress { Address = "::1", PortValue = 1 }),
        // A scalar without presence is checked when it is not set: zero is what is sent.
        (new HttpStatus(), ["code: enum.not_in: [0]"], new HttpStatus { Code = StatusCode.Forbidden }),
        (new SocketAddress { PortValue = 1 }, ["address: string.min_len: 1"],
            new SocketAddress { Address = "::1", PortValue = 1 }),
        // A scalar in a oneof is checked only when it is chosen, then also when it is empty.
        (new StringMatcher { Prefix = "" }, ["prefix: string.min_len: 1"], new StringMatcher { Exact = "" }),
        // Wrappers.
        (new CidrRange { AddressPrefix = "::", PrefixLen = 129 }, ["prefix_len: uint32.lte: 128"],
            new CidrRange { AddressPrefix = "::" }),
        // Ranges, reversed: nothing or at least a second.
        (new QuicKeepAliveSettings { InitialInterval = new Duration { Nanos = 1 } },
            ["initial_interval: duration.lte: 0s", "initial_interval: duration.gte: 1s"],
            new QuicKeepAliveSettings { InitialInterval = new Duration() }),
        // Lists, and rules on items.
        (new VirtualHost { Name = "v", Domains = { "a", "b\n" } },
            ["domains[1]: string.well_known_regex: HttpHeaderValue"],
            new VirtualHost { Name = "v", Domains = { "a" } }),
        (new VirtualHost { Name = "v" }, ["domains: repeated.min_items: 1"],
            new VirtualHost { Name = "v", Domains = { "*" } }),
        (new InternalRedirectPolicy { ResponseHeadersToCopy = { "a", "a" } },
            ["response_headers_to_copy: repeated.unique: true"],
            new InternalRedirectPolicy { ResponseHeadersToCopy = { "a", "b" } }),
        (new HttpRouter { StrictCheckHeaders = { "x-other" } },
            ["strict_check_headers[0]: string.in: [\"x-envoy-upstream-rq-timeout-ms\", \"x-envoy-upstream-rq-per-try-timeout-ms\","
                + " \"x-envoy-max-retries\", \"x-envoy-retry-grpc-on\", \"x-envoy-retry-on\"]"],
            new HttpRouter { StrictCheckHeaders = { "x-envoy-max-retries" } }),
        // Map values are messages, which have their own rules.
        (new RBAC { Policies = { ["p"] = new Envoy.Config.Rbac.V3.Policy() } },
            ["policies[p].permissions: repeated.min_items: 1", "policies[p].principals: repeated.min_items: 1"],
            new RBAC { Policies = { ["p"] = Anybody } }),
        // any: false is no rule that never matches, it is invalid.
        (new Permission { Any = false }, ["any: bool.const: true"], new Permission { Any = true }),
        // Header names.
        (new HeaderValue { Key = "a\nb" }, ["key: string.well_known_regex: HttpHeaderName"],
            new HeaderValue { Key = "a" }),
        (new HeaderValue { Key = "a", RawValue = ByteString.CopyFrom(new byte[16385]) },
            ["raw_value: bytes.max_len: 16384"],
            new HeaderValue { Key = "a", RawValue = ByteString.CopyFrom(new byte[16384]) }),
        // Deprecated: a field, a value.
        (Deprecated(""), ["exact_match: field is deprecated since 3.0"],
            new HeaderMatcher { Name = "a", PresentMatch = true }),
        // Any: of no type, of an unknown one, of bytes that are something else.
        (Listener(new Any()), ["filter_chains[0].filters[0].typed_config: an Any without a type"], Listener(Good())),
        (Listener(new Any { TypeUrl = "x/made.up.Filter" }),
            ["filter_chains[0].filters[0].typed_config: x/made.up.Filter is not a type that is known here"],
            Listener(Good())),
        (Listener(Any.Pack(
            new HttpConnectionManager { StatPrefix = "",
            Rds = new Rds { RouteConfigName = "r", ConfigSource = Ads } })),
            [$"filter_chains[0].filters[0].typed_config<{Manager}>.stat_prefix: string.min_len: 1"], Listener(Good())),
    ];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Messages.Length)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Message_WithAndWithoutProblems_SaysWhatAndWhere(int number)
    {
        var (bad, problems, good) = Messages[number];

        Assert.Equal(problems, Problems(bad));
        Assert.Equal([], Problems(good));
    }

    [Fact]
    public void DeprecatedField_ThatIsExcused_IsValid()
    {
        var matcher = Deprecated("b");

        Assert.NotEmpty(
            ResourceValidator.Validate(
            matcher, ImmutableHashSet.Create("envoy.config.route.v3.HeaderMatcher.suffix_match")));
        Assert.Empty(
            ResourceValidator.Validate(
            matcher, ImmutableHashSet.Create("envoy.config.route.v3.HeaderMatcher.exact_match")));
    }

    [Fact]
    public void UnknownField_OfAMessageAndInsideAnAny_IsSaid()
    {
        // Field 3999, a varint: of a version that is not ours.
        byte[] unknown = [0xf8, 0xf9, 0x01, 0x01];
        var inside = Good();
        inside.Value = ByteString.CopyFrom([.. inside.Value, .. unknown]);

        Assert.Equal(
            ["a envoy.config.core.v3.HeaderValue has fields that are not known here"],
            Problems(HeaderValue.Parser.ParseFrom([.. new HeaderValue { Key = "a" }.ToByteArray(), .. unknown])));
        Assert.Equal(
            [$"filter_chains[0].filters[0].typed_config<{Manager}>: a {Manager} has fields that are not known here"],
            Problems(Listener(inside)));
    }

    [Fact]
    public void BytesOfAnotherType_InAnAny_AreSaid()
    {
        var problem = Assert.Single(
            Problems(Listener(new Any { TypeUrl = "x/" + Manager, Value = ByteString.CopyFrom(0x12, 0x7f) })));

        Assert.StartsWith($"filter_chains[0].filters[0].typed_config: its bytes are no {Manager}: ", problem);
    }

    [Fact]
    public void EnvoyResource_OfAnInvalidMessage_IsRefusedWithTypeNamePathAndRule()
    {
        var routes = new RouteConfiguration { Name = "r", VirtualHosts = { new VirtualHost { Domains = { "*" } } } };

        Assert.False(EnvoyResource.TryCreate(routes, ImmutableHashSet<XdsReference>.Empty, out _, out var problems));
        Assert.Equal(["RouteConfiguration 'r': virtual_hosts[0].name: string.min_len: 1"], [.. problems]);
    }

    [Fact]
    public void Listener_NestedWithoutEnd_IsRefused()
    {
        var permission = new Permission { Any = true };
        for (var i = 0; i < 90; i++)
        {
            permission = new Permission { NotRule = permission };
        }

        Assert.Equal([], Problems(permission));
        for (var i = 0; i < 20; i++)
        {
            permission = new Permission { NotRule = permission };
        }

        Assert.StartsWith(
            "no client could read this envoy.config.rbac.v3.Permission: ", Assert.Single(Problems(permission)));
    }

    /// <summary>From JSON: the compiler knows what is obsolete too.</summary>
    private static HeaderMatcher Deprecated(string value) =>
        HeaderMatcher.Parser.ParseJson($$"""{"name": "a", "exactMatch": "{{value}}"}""");

    private static ConfigSource Ads => new() { Ads = new(), ResourceApiVersion = ApiVersion.V3 };

    private static Envoy.Config.Rbac.V3.Policy Anybody =>
        new() { Permissions = { new Permission { Any = true } }, Principals = { new Principal { Any = true } } };

    private static Address Loopback(uint port) =>
        new() { SocketAddress = new() { Address = "127.0.0.1", PortValue = port } };

    private static TypedExtensionConfig Named(string name) =>
        new() { Name = name, TypedConfig = Any.Pack(new HttpRouter()) };

    private static Any Good() =>
        Any.Pack(new HttpConnectionManager
        {
            StatPrefix = "x",
            Rds = new Rds { RouteConfigName = "r", ConfigSource = Ads }
        });

    private static Listener Listener(Any filter) => new()
    {
        Name = "l",
        Address = Loopback(80),
        FilterChains = { new FilterChain { Filters = { new NetworkFilter { Name = "http", TypedConfig = filter } } } },
    };

    private static string[] Problems(IMessage message) =>
        [.. ResourceValidator.Validate(message).Select(p => p.ToString())];
}
