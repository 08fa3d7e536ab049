using System.Diagnostics.CodeAnalysis;
using System.Net;
using Envoy.Config.Listener.V3;
using Jumpgate.EnvoyConfig.Nodes;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.Policy;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>
/// The same workloads as gRPC applications without a proxy: servers enforce what the policy says of those they serve.
/// </summary>
internal sealed class GrpcWorld
{
    private readonly PolicyView _view;
    private readonly Dictionary<string, NodeConfiguration> _nodes = [];

    private readonly IReadOnlyDictionary<string, string> _ids;

    public GrpcWorld(string yaml, NodeProfile profile, IReadOnlyDictionary<string, string>? ids = null)
    {
        _ids = ids ?? new Dictionary<string, string>();
        _view = World.CreateView(World.Read(yaml), ids);
        foreach (var workload in _view.Snapshot.Workloads)
        {
            _nodes.Add(workload.Name, World.Node(_view, workload.Name, profile));
        }
    }

    public bool IsRefused(Question call) => !_nodes[call.To].Refusals.IsEmpty;

    /// <summary>Where both ends have an ID: who else could come from the sender's address.</summary>
    public IEnumerable<TlsClient?> Impostors(Question call) =>
        call.From != call.To && _ids.ContainsKey(call.To) && RightOf(call) is { } right
        ? ImpostorTests.Impostors(right.Certificate!, _ids.Values.Append(RandomIds.Other)) : [];

    /// <summary>The sender himself.</summary>
    public bool AskServer(Question call) =>
        AskServer(call, call.From != call.To && _ids.ContainsKey(call.To) ? RightOf(call) : null);

    /// <summary>By the listener that the server asks for, under the address it listens at.</summary>
    public bool AskServer(Question call, TlsClient? tls)
    {
        var at = new IPEndPoint(World.AddressOf(call.To), call.Port);
        var listener = _nodes[call.To].Messages.OfType<Listener>()
            .Single(l => l.Name == $"grpc/server?xds.resource.listening_address={at}");
        return GrpcServer.Serves(
            listener, new DownstreamConnection(new IPEndPoint(World.AddressOf(call.From), 40000), at) { Tls = tls },
            call.Request!);
    }

    private TlsClient? RightOf(Question call) =>
        _ids.GetValueOrDefault(call.From) is { } id ? new TlsClient(Certificate.Genuine(id)) : null;

    /// <summary>The receiver's side of the policy alone, by the code that the proxy runs.</summary>
    public bool AskPolicy(Question call)
    {
        var snapshot = _view.Snapshot;
        var both = snapshot.Resolve(
            snapshot.Lookup(World.AddressOf(call.From)).Group, snapshot.Lookup(World.AddressOf(call.To)).Group,
            L4Protocol.Tcp, call.Port);
        var policy = both with { Egress = new L4Decision(L4Verdict.Allow, null) };
        return policy.Verdict switch
        {
            L4Verdict.Allow => true,
            L4Verdict.Redirect => policy.Decide(
                new HttpRequestView(
                    call.Request!.Method, call.Request.Target, call.Request.Host, new Headers(call.Request)))
                .Verdict != HttpVerdict.Denied,
            _ => false,
        };
    }

    private sealed class Headers(ClientRequest call) : IRequestHeaders
    {
        public bool TryGet(string name, [NotNullWhen(true)] out string? value)
        {
            var values = call.Headers.Append(("host", call.Host))
                .Where(h => h.Item1.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Select(h => h.Item2).ToList();
            value = values.Count == 0 ? null : string.Join(',', values);
            return value is not null;
        }
    }
}
