using System.Net;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.EnvoyConfig.Rbac;
using Jumpgate.Policy.Workloads;
using Jumpgate.Xds.Resources;
using OriginalDst = Envoy.Extensions.Filters.Listener.OriginalDst.V3.OriginalDst;
using TrafficDirection = Jumpgate.Policy.TrafficDirection;

namespace Jumpgate.EnvoyConfig.Sidecar;

/// <summary>One direction of a sidecar: its listener, and the routes of its HTTP ports.</summary>
internal sealed class SidecarListener
{
    private readonly DirectionView _view;
    private readonly SidecarOptions _options;
    private readonly string _direction;
    private readonly Listener _listener;
    private readonly List<RouteConfiguration> _routes = [];
    private readonly List<Refusal> _refusals = [];
    private readonly HashSet<PortView> _closed = [];
    private readonly bool _isInbound;
    private readonly Detection _detection;
    private readonly SortedDictionary<string, SpiffeId> _servers = new(StringComparer.Ordinal);

    /// <param name="former">Route configurations that the node may still have.</param>
    public SidecarListener(DirectionView view, SidecarOptions options, IEnumerable<string> former)
    {
        _view = view;
        _options = options with
        {
            HasTls = view.Workload.Tls is not null,
            Detects = view.Workload.Detection is not null
        };
        _detection = new Detection(view.Workload.Detection, _options);
        var isInbound = view.Direction == TrafficDirection.Ingress;
        _isInbound = isInbound;
        _direction = isInbound ? "inbound" : "outbound";
        _listener = Bare(isInbound ? options.InboundPort : options.OutboundPort);
        _listener.TrafficDirection = isInbound
            ? Envoy.Config.Core.V3.TrafficDirection.Inbound : Envoy.Config.Core.V3.TrafficDirection.Outbound;
        Build();
        _routes.AddRange(FormerRoutes.Create(_view, former.Except(_routes.Select(r => r.Name)), _closed));
    }

    public Listener Listener => _listener;

    public IReadOnlyList<RouteConfiguration> Routes => _routes;

    public IReadOnlyList<Refusal> Refusals => _refusals;

    /// <summary>Who has to be at the other end of connections that go out over TLS: a cluster each.</summary>
    public IReadOnlyCollection<SpiffeId> Servers => _servers.Values;

    private Listener Bare(ushort port) => new()
    {
        Name = _direction,
        Address = Addresses.Of(IPAddress.Loopback, port),
        AdditionalAddresses = { new AdditionalAddress { Address = Addresses.Of(IPAddress.IPv6Loopback, port) } },
        ListenerFilters =
        {
            new ListenerFilter
            {
                Name = "envoy.filters.listener.original_dst",
                TypedConfig = Deterministic.Pack(new OriginalDst()),
            },
        },

        // Before Linux 6.6 no program can hand a connection to a socket that shares its port.
        EnableReusePort = false,
        AccessLog = { AccessLogs.OfListener(_direction, _options) },
    };

    /// <summary>
    /// A chain names one port, or none: the widest set of ports shares the chains without one, the others get chains by
    /// port.
    /// </summary>
    private void Build()
    {
        var bySize = _view.Ports.OrderBy(Count).ToList();
        var rest = bySize.LastOrDefault(p => !p.HasL7);
        var left = _options.MaxPorts;
        var isWhole = true;
        foreach (var ports in bySize.Where(p => p != rest))
        {
            if (Count(ports) <= left)
            {
                left -= Count(ports);
                AddByPort(ports);
            }
            else
            {
                isWhole = false;
                _closed.Add(ports);
                Refuse(ports,
                    $"{Count(ports)} ports would need filter chains of their own, and a listener has {_options.MaxPorts} at "
                    + "most; name fewer ports, or leave the workload to the agent's own redirect");
            }
        }

        // What was left out has no chain of its own, and would be taken for the rest.
        if (rest is not null && isWhole)
        {
            AddAll(_direction, rest, null);
        }
        else if (rest is not null)
        {
            _closed.Add(rest);
            if (rest.Peers.Any(p => p.IsOpen))
            {
                Refuse(rest, "they share filter chains with the ports that are refused");
            }
        }

        ushort[] own = [_options.OutboundPort, _options.InboundPort];
        foreach (var port in own)
        {
            Close(port);
        }

        _detection.AddTo(_listener, own);
    }

    private static int Count(PortView ports) => ports.Ranges.Sum(r => r.Count);

    private void AddByPort(PortView ports)
    {
        var rules = HttpRules(ports);
        if (_options.KafkaFilter is null && ports.Peers.Any(p => p.HasKafka))
        {
            Refuse(ports, "Envoy knows no topics, and this agent's Kafka filter takes no connections from sidecars; "
                + "start it with --kafka-proxy-listen ADDRESS:PORT, or leave the workload to the agent's own redirect");
        }
        else if (!_isInbound && ports.Peers.Any(p => p.HasKafka && p.Tls is not null))
        {
            Refuse(ports,
                "a Kafka filter between this workload and the receiver would have to speak its mutual TLS; put the rule on the "
                + "receiver's side");
        }

        foreach (var port in ports.Ranges.SelectMany(r => Enumerable.Range(r.First, r.Count)))
        {
            var name = $"{_direction}/{port}";
            _routes.AddRange(rules.Select(r => HttpRoutes.Create(RoutesOf(name, r.Tls), r.Rules, ClusterOf(r.Tls))));
            AddAll(name, ports, (ushort)port);
        }
    }

    private void AddAll(string name, PortView ports, ushort? port)
    {
        var first = _listener.FilterChains.Count;
        AddChains(name, ports, port);
        if (_detection.Covers(ports))
        {
            foreach (var chain in _listener.FilterChains.Skip(first).ToList())
            {
                // What comes over our own TLS shows its protocol too late.
                var cluster = chain.TransportSocket is null ? TcpChain.ClusterOf(chain) : null;
                _listener.FilterChains.Add(
                    Detection.Twins(chain, cluster is null ? null : _detection.Reader(chain.Name, cluster)));
            }
        }
    }

    /// <summary>
    /// Chains for plain peers, and for each name that the others share; what is left between them is closed.
    /// </summary>
    private void AddChains(string name, PortView ports, ushort? port)
    {
        PeerView[] admitted = [.. ports.Peers.Where(IsAdmitted)];
        foreach (var same in admitted.GroupBy(p => p.Tls))
        {
            var others = ports.Peers.Where(p => p.Tls is null && !admitted.Contains(p));
            AddChains(name, same.Key, port, ports with { Peers = [.. same, .. same.Key is null ? others : []] });
        }

        // A chain without filters closes. The port has to have one, or those without a port would be asked.
        var holes = ChainMatches.Holes(admitted, [.. ports.Peers.Except(admitted)]);
        if (holes.Count > 0 || (admitted.Length == 0 && port is not null))
        {
            Add($"{name}/closed", port, holes, []);
        }
    }

    private bool IsAdmitted(PeerView peer) => peer.IsOpen || peer.HasHttp
        || (peer.HasKafka && _options.KafkaFilter is not null && (_isInbound || peer.Tls is null));

    /// <param name="tls">What the certificates of these peers have in common; null: plain text.</param>
    private void AddChains(string name, string? tls, ushort? port, PortView ports)
    {
        var end = tls is null ? string.Empty : $"/{tls}";
        PeerView[] http = [.. ports.Peers.Where(p => p.HasHttp)];
        PeerView[] kafka = [.. ports.Peers.Where(p => p.HasKafka && IsAdmitted(p))];
        PeerView[] open = [.. ports.Peers.Where(p => p.IsOpen)];
        if (http.Length > 0)
        {
            Add($"{name}/http{end}", port, ChainMatches.Of(http),
                [HttpChain.Create(RoutesOf(name, tls), _options)], http);
        }

        if (kafka.Length > 0)
        {
            Add($"{name}/kafka{end}", port, ChainMatches.Of(kafka),
                TcpChain.CreateKafka($"{name}/kafka{end}", _options), kafka);
        }

        if (open.Length > 0)
        {
            // The chain was chosen by the port. Said with all the ports that have the same rules, or with all that are
            // left, it would be another chain, and its connections drained, whenever a rule for another port comes.
            var own = new PortRange(port ?? 1, port ?? ushort.MaxValue);
            var rules = RbacCompiler.Network(_view, ports with { Ranges = [own] });
            Add($"{name}/tcp{end}", port, ChainMatches.Of(open),
                TcpChain.Create($"{name}/tcp{end}", rules, ClusterOf(tls), _options), open);
        }

        if (tls is not null && !_isInbound)
        {
            _servers.TryAdd(tls, ports.Peers[0].Ids.Single());
        }
    }

    /// <summary>
    /// Inbound requests all go to the workload, and share their routes. Outbound ones go by what the server must be.
    /// </summary>
    private List<(string? Tls, RbacRules Rules)> HttpRules(PortView ports)
    {
        var http = ports.Peers.Where(p => p.HasHttp).ToList();
        var rules = _isInbound
            ? http.Take(1).Select(_ => ((string?)null, RbacCompiler.Http(_view, ports))).ToList()
            : [.. http.Select(p => p.Tls).Distinct().Select(
                tls => (tls,
                    RbacCompiler.Http(_view, ports with { Peers = [.. ports.Peers.Where(p => p.Tls == tls)] })))];
        _refusals.AddRange(rules.SelectMany(r => r.Item2.Refusals).Distinct());
        return rules;
    }

    private string ClusterOf(string? tls) => Clusters.Of(_view.Direction, tls);

    private string RoutesOf(string name, string? tls) => tls is null || _isInbound ? name : $"{name}/{tls}";

    private void Add(
        string name, ushort? port, IEnumerable<IPNetwork> prefixes, IEnumerable<Filter> filters,
        IReadOnlyCollection<PeerView>? peers = null)
    {
        List<SpiffeId> clients = _isInbound ? [.. (peers ?? []).SelectMany(p => p.Ids).Distinct()
            .OrderBy(id => id.ToString(), StringComparer.Ordinal)] : [];
        _listener.FilterChains.Add(new FilterChain
        {
            Name = name,
            FilterChainMatch = ChainMatches.Create(_view.Direction, port, prefixes),
            Filters = { filters },
            // Chosen by the peer's address: whoever has a certificate to show, and comes with plain text, fails the
            // handshake.
            TransportSocket = clients.Count == 0 ? null : MutualTls.FromClients(_view.Workload.Tls!, clients),
        });
    }

    private void Refuse(PortView ports, string reason) => _refusals.Add(new Refusal($"{_view}, {ports}", null, reason));

    /// <summary>
    /// The sidecar's own ports: a connection there that was not redirected would be sent on to itself for ever.
    /// </summary>
    private void Close(ushort own)
    {
        foreach (var chain in _listener.FilterChains.Where(c => c.FilterChainMatch.DestinationPort == own).ToList())
        {
            _listener.FilterChains.Remove(chain);
        }

        Add($"{_direction}/self/{own}", own, [], []);
    }
}
