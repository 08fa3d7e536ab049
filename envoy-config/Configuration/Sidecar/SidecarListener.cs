using System.Collections.Immutable;
using System.Net;
using Envoy.Config.Listener.V3;
using Envoy.Config.Route.V3;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Policies;
using Jumpgate.EnvoyConfig.Rbac;
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

    public SidecarListener(DirectionView view, SidecarOptions options)
    {
        _view = view;
        _options = options;
        var isInbound = view.Direction == TrafficDirection.Ingress;
        _direction = isInbound ? "inbound" : "outbound";
        _listener = Bare(isInbound ? options.InboundPort : options.OutboundPort);
        _listener.TrafficDirection = isInbound
            ? Envoy.Config.Core.V3.TrafficDirection.Inbound : Envoy.Config.Core.V3.TrafficDirection.Outbound;
        Build();
    }

    public Listener Listener => _listener;

    public IReadOnlyList<RouteConfiguration> Routes => _routes;

    public IReadOnlyList<Refusal> Refusals => _refusals;

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
    /// A chain names one port, or none: the widest set of ports shares the chains without one, the others get chains by port.
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
                Refuse(ports, $"{Count(ports)} ports would need filter chains of their own, and a listener has {_options.MaxPorts} at "
                    + "most; name fewer ports, or leave the workload to the agent's own redirect");
            }
        }

        // What was left out has no chain of its own, and would be taken for the rest.
        if (rest is not null && isWhole)
        {
            AddChains(rest, null, null);
        }
        else if (rest is not null && rest.Peers.Any(p => p.IsOpen))
        {
            Refuse(rest, "they share filter chains with the ports that are refused");
        }

        foreach (var own in (ushort[])[_options.OutboundPort, _options.InboundPort])
        {
            Close(own);
        }
    }

    private static int Count(PortView ports) => ports.Ranges.Sum(r => r.Count);

    private void AddByPort(PortView ports)
    {
        RbacRules? rules = null;
        if (ports.Peers.Any(p => p.HasHttp))
        {
            rules = RbacCompiler.Http(_view, ports);
            _refusals.AddRange(rules.Refusals);
        }

        if (_options.KafkaFilter is null && ports.Peers.Any(p => p.HasKafka))
        {
            Refuse(ports, "Envoy knows no topics, and this agent's Kafka filter takes no connections from sidecars; "
                + "start it with --kafka-proxy-listen ADDRESS:PORT, or leave the workload to the agent's own redirect");
        }

        foreach (var port in ports.Ranges.SelectMany(r => Enumerable.Range(r.First, r.Count)))
        {
            AddChains(ports, (ushort)port, rules);
        }
    }

    private void AddChains(PortView ports, ushort? port, RbacRules? httpRules)
    {
        var name = port is null ? _direction : $"{_direction}/{port}";
        var http = ports.Peers.Where(p => p.HasHttp).ToImmutableArray();
        var kafka = ports.Peers.Where(p => p.HasKafka && _options.KafkaFilter is not null).ToImmutableArray();
        var open = ports.Peers.Where(p => p.IsOpen).ToImmutableArray();
        PeerView[] admitted = [.. http, .. kafka, .. open];
        if (!http.IsEmpty)
        {
            _routes.Add(HttpRoutes.Create(name, httpRules!));
            Add($"{name}/http", port, ChainMatches.Of(http), [HttpChain.Create(name, _options)]);
        }

        if (!kafka.IsEmpty)
        {
            Add($"{name}/kafka", port, ChainMatches.Of(kafka), TcpChain.CreateKafka($"{name}/kafka", _options));
        }

        if (!open.IsEmpty)
        {
            var rules = RbacCompiler.Network(_view, ports);
            Add($"{name}/tcp", port, ChainMatches.Of(open), TcpChain.Create($"{name}/tcp", rules, _options));
        }

        // A chain without filters closes. The port has to have one, or those without a port would be asked.
        var holes = ChainMatches.Holes(admitted, [.. ports.Peers.Except(admitted)]);
        if (holes.Count > 0 || (admitted.Length == 0 && port is not null))
        {
            Add($"{name}/closed", port, holes, []);
        }
    }

    private void Add(string name, ushort? port, IEnumerable<IPNetwork> prefixes, IEnumerable<Filter> filters) =>
        _listener.FilterChains.Add(new FilterChain
        {
            Name = name,
            FilterChainMatch = ChainMatches.Create(_view.Direction, port, prefixes),
            Filters = { filters },
        });

    private void Refuse(PortView ports, string reason) => _refusals.Add(new Refusal($"{_view}, {ports}", null, reason));

    /// <summary>The sidecar's own ports: a connection there that was not redirected would be sent on to itself for ever.</summary>
    private void Close(ushort own)
    {
        foreach (var chain in _listener.FilterChains.Where(c => c.FilterChainMatch.DestinationPort == own).ToList())
        {
            _listener.FilterChains.Remove(chain);
        }

        Add($"{_direction}/self/{own}", own, [], []);
    }
}
