using System.Net;
using Envoy.Config.Core.V3;
using Envoy.Service.Auth.V3;
using Google.Protobuf;
using Jumpgate.Agent.Nodes;
using Jumpgate.Agent.Policies;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Identities;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Policy.Workloads;
using Microsoft.Extensions.Logging.Abstractions;
using HttpRequest = Envoy.Service.Auth.V3.AttributeContext.Types.HttpRequest;
using SocketAddress = Envoy.Config.Core.V3.SocketAddress;

namespace Jumpgate.Agent.Tests.ControlPlane.Services;

/// <summary>The deathstar's rules, and what Envoy says of requests to it.</summary>
internal static class Empire
{
    public const string Deathstar = "10.0.0.1";
    public const string Tiefighter = "10.0.0.2";
    public const string Xwing = "10.0.0.3";
    public const string Probe = "10.0.0.4";

    public const string Workloads = $$"""
        workloads:
          - { name: deathstar, labels: { org: empire, class: deathstar }, netns: a, addresses: [{{Deathstar}}, "fd00::1"] }
          - { name: tiefighter, labels: { org: empire }, netns: b, addresses: [{{Tiefighter}}, "fd00::2"] }
          - { name: xwing, labels: { org: alliance }, netns: c, addresses: [{{Xwing}}] }
          - { name: probe, labels: { org: neutral }, netns: d, addresses: [{{Probe}}] }
        """;

    public const string Policy = """
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: deathstar }
        spec:
          endpointSelector: { matchLabels: { class: deathstar } }
          ingress:
            - fromEndpoints: [ { matchLabels: { org: empire } } ]
              toPorts:
                - ports: [ { port: 80, protocol: TCP } ]
                  rules:
                    http:
                      - { method: POST, path: /v1/request-landing }
                      - { method: GET, path: "/v1/.*", host: '10\.0\.0\.1:80' }
                      - { method: PUT, path: /v1/exhaust-port, headers: ["X-Has-Force: true"] }
                      - { method: PUT, path: /v1/bang, headers: ["X-Word: fire!"] }
                      - { method: POST, path: /empire.Deathstar/Land }
                      - { method: OPTIONS, path: '\*' }
                      - { method: CONNECT, path: 'deathstar:80' }
                      - method: PATCH
                        path: /v1/mutate
                        headerMatches:
                          - { name: X-Set, value: new, mismatch: REPLACE }
                          - { name: X-Add, value: more, mismatch: ADD }
                          - { name: X-Gone, value: kept, mismatch: DELETE }
            - fromEndpoints: [ { matchLabels: { org: empire } } ]
              toPorts: [ { ports: [ { port: 81, protocol: TCP } ] } ]
            - fromEndpoints: [ { matchLabels: { org: empire } } ]
              toPorts:
                - ports: [ { port: 9092, protocol: TCP } ]
                  rules: { kafka: [ { role: produce, topic: plans } ] }
        ---
        apiVersion: cilium.io/v2
        kind: CiliumNetworkPolicy
        metadata: { name: probe, annotations: { jumpgate.dev/audit: "true" } }
        spec:
          endpointSelector: { matchLabels: { org: neutral } }
          ingress:
            - toPorts:
                - ports: [ { port: 80, protocol: TCP } ]
                  rules: { http: [ { method: GET, path: /watched } ] }
        """;

    public static PolicySnapshot Snapshot(string policy = Policy)
    {
        var documents = PolicySet.Combine([PolicyReader.Read("p.yaml", policy)]);
        Assert.Empty(documents.Diagnostics);
        return PolicySnapshot.Create(
            7,
            WorkloadFileReader.Read("w.yaml", Workloads).Workloads.Select(w => new Workload
            {
                Name = w.Name,
                Labels = w.Labels,
                Addresses = w.Addresses,
                Ports = w.Ports,
            }),
            documents.Documents, [IPAddress.Parse("10.9.9.9")], new IdentityAllocator(),
            new SecretFiles(null, NullLogger.Instance));
    }

    public static SnapshotStore Store(string policy = Policy)
    {
        var store = new SnapshotStore();
        store.Swap(Snapshot(policy));
        return store;
    }

    public static Address At(string address, uint port = 40000) => new()
    {
        SocketAddress = new SocketAddress { Address = address, PortValue = port },
    };

    /// <summary>As Envoy describes a request of HTTP/1.1 or HTTP/2, <c>encode_raw_headers</c> not set.</summary>
    public static AttributeContext Ask(
        string from, string request, string to = Deathstar, uint port = 80, string host = "10.0.0.1:80",
        params string[] headers)
    {
        var (method, path) = (request.Split(' ')[0], request.Split(' ')[1]);
        var http = new HttpRequest
        {
            Method = method,
            Path = path,
            Host = host,
            Protocol = "HTTP/1.1",
            Scheme = "http",
            Size = -1
        };
        http.Headers.Add(":method", method);
        http.Headers.Add(":path", path);
        http.Headers.Add(":authority", host);
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            http.Headers.Add(header[..colon].ToLowerInvariant(), header[(colon + 1)..].Trim());
        }

        return Connect(from, to, port, http);
    }

    /// <summary>As its network filter describes a connection.</summary>
    public static AttributeContext Connect(
        string from, string to = Deathstar, uint port = 80, HttpRequest? http = null) => new()
        {
            Source = new AttributeContext.Types.Peer { Address = At(from) },
            Destination = new AttributeContext.Types.Peer { Address = At(to, port) },
            Request = http is null ? null : new AttributeContext.Types.Request { Http = http },
        };

    /// <summary>The same with <c>encode_raw_headers</c>.</summary>
    public static AttributeContext Raw(this AttributeContext context, params (string Name, byte[] Value)[] more)
    {
        var raw = context.Clone();
        var http = raw.Request.Http;
        http.HeaderMap = new HeaderMap();
        foreach (var (name, value) in http.Headers)
        {
            http.HeaderMap.Headers.Add(new HeaderValue { Key = name, RawValue = ByteString.CopyFromUtf8(value) });
        }

        foreach (var (name, value) in more)
        {
            http.HeaderMap.Headers.Add(new HeaderValue { Key = name, RawValue = ByteString.CopyFrom(value) });
        }

        http.Headers.Clear();
        return raw;
    }
}
