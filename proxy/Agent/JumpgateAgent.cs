using Jumpgate.Agent.Admin;
using Jumpgate.Agent.ControlPlane;
using Jumpgate.Agent.Flows;
using Jumpgate.Agent.Lanes;
using Jumpgate.Agent.Listening;
using Jumpgate.Agent.Listening.Sidecars;
using Jumpgate.Agent.Nodes;
using Jumpgate.Agent.Telemetry;
using Jumpgate.Bpf;
using Jumpgate.Bpf.Netlink;
using Jumpgate.EnvoyConfig.Sidecar;
using Jumpgate.Http;
using Jumpgate.Http.Connections;
using Jumpgate.Http.Http2;
using Jumpgate.Kafka;
using Jumpgate.Policy.Labels;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Jumpgate.Agent;

/// <summary>
/// The composition root. What it attaches in the kernel stays when it stops: L3/L4 policy goes on, redirected ports are
/// closed until the next agent listens.
/// </summary>
public static class JumpgateAgent
{
    /// <summary>Runs until <paramref name="stopping"/>.</summary>
    /// <param name="ready">Gets one line when everything is in force.</param>
    /// <exception cref="AgentException">It cannot start.</exception>
    /// <exception cref="DatapathException">The kernel side cannot be set up.</exception>
    public static async Task RunAsync(
        AgentOptions options, ILogger logger, TextWriter ready, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(ready);
        var sidecarsListen = options.KafkaProxyListen is { } text ? SidecarKafkaServer.Parse(text) : null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        // Whoever lacks privileges lacks them everywhere: that is the one line to read, not the first file that
        // refuses.
        FeatureProbe.Require();
        var state = new StateFiles(options.StateDirectory);
        await using var stateLock = state.Lock();
        var adminSocket = AdminSocket.Claim(options.AdminSocket);
        using var metrics = new AgentMetrics();
        using var otlp = StartOtlp();
        using var node = NetworkNamespace.Current();
        using var datapath = Datapath.Open(new DatapathOptions
        {
            PinDirectory = options.PinDirectory,
            FlowTableSize = options.FlowTableSize,
            Lanes = options.Lanes != LaneMode.Off,
        });
        if (datapath.Adopted)
        {
            logger.Adopted(datapath.ActiveRevision);
        }
        else if (datapath.ReplacedBecause is { } difference)
        {
            logger.Replaced(difference);
        }

        var lanes = datapath.Lanes is { } joined
            ? new LaneController(
                joined, node, options.Lanes, RuleSetCompiler.Responses, RuleSetCompiler.Compile, logger)
            : null;
        if (lanes is null && options.Lanes != LaneMode.Off)
        {
            logger.LanesOff(datapath.LanesOffBecause!);
        }
        else if (lanes is { IsDefault: false })
        {
            logger.LanesByLabel(IdentityLabels.LaneMode);
        }

        var store = new SnapshotStore();
        var connections = new ConnectionTable();
        using var prometheus = new PrometheusText();
        var log = new FlowLog();
        var records = new FlowRecords(store, TimeProvider.System);
        var controller = new NodeController(options, datapath, node, store, connections, lanes, state, logger);
        var kafka = new KafkaFilter(new KafkaFilterOptions(), TimeProvider.System);
        var httpOptions = new HttpFilterOptions();
        await using var http2 = await Http2Handler.StartAsync(httpOptions, TimeProvider.System, stopping);
        var upstream = new TransparentConnector(TimeSpan.FromSeconds(5), joins: lanes is not null);
        var kafkaObserver = new KafkaRequestObserver(log, records, metrics);
        using var server = new ProxyServer(
            datapath,
            store,
            connections,
            new ConnectionDispatcher(httpOptions, http2, TimeProvider.System),
            kafka,
            upstream,
            lanes,
            new RequestObserver(log, records, metrics),
            kafkaObserver,
            metrics,
            logger);
        using var fromSidecars = sidecarsListen is null ? null : new SidecarKafkaServer(
            sidecarsListen,
            store,
            connections,
            kafka,
            new ClaimJudge(
                name => controller.Sidecars.States.FirstOrDefault(s => s.Name == name)?.Definition,
                NodeConnector.AddressTo),
            upstream,
            lanes,
            kafkaObserver,
            log,
            metrics.Kafka,
            TimeProvider.System,
            logger);

        using (var routes = RouteSocket.Open(node))
        {
            new ProxyRouting(routes).Install();
        }

        node.Run(datapath.AttachProxyLookup);
        controller.Start();
        node.Run(server.Listen);
        if (fromSidecars is not null)
        {
            node.Run(fromSidecars.Listen);
        }

        var reports = new AdminReports(controller, store, connections, datapath, node);
        metrics.Observe(datapath, () => store.Current.Revision, () => connections.Count, () =>
            reports.RefusedDocuments);
        metrics.Observe(controller.Sidecars);
        metrics.Kafka.Observe(() => kafka.Closed);
        if (lanes is not null)
        {
            metrics.Observe(lanes, datapath.Lanes!);
        }

        var envoy = new EnvoyServices(store, log, records, metrics.Envoy, httpOptions, TimeProvider.System);
        var sidecars =
            (options.ControlPlane?.Sidecar ?? new SidecarOptions()) with { KafkaFilter = fromSidecars?.Address };
        var content = new PolicyContent(store, sidecars, PolicyContent.CreateHandover(), logger);
        await using var xds = options.ControlPlane is { } controlPlane
            ? await ControlPlaneServer.StartAsync(controlPlane, content, envoy, logger, stop.Token) : null;
        await using var admin = await AdminServer.StartAsync(
            adminSocket, reports, new LaneReports(lanes, datapath, datapath.LanesOffBecause), new XdsReports(xds),
            new EnvoyReports(store, content, xds, controller.Under), log, prometheus, stop.Token);
        var tasks = new List<Task>
        {
            server.RunAsync(stop.Token),
            controller.RunAsync(stop.Token),
            new EventPump(datapath, lanes, log, records, logger).RunAsync(stop.Token),
        };
        if (fromSidecars is not null)
        {
            tasks.Add(fromSidecars.RunAsync(stop.Token));
        }

        if (lanes is not null)
        {
            tasks.Add(lanes.Direct.RunAsync(stop.Token));
        }

        if (xds is not null)
        {
            tasks.Add(content.RunAsync(xds.Cache, xds.Streams, stop.Token));
        }

        await ready.WriteLineAsync(
            $"jumpgate ready: revision {store.Current.Revision}, {store.Current.Workloads.Length} workloads, {store.Current.Documents.Length} policies");
        await ready.FlushAsync(CancellationToken.None);
        await Task.WhenAny(tasks);
        await stop.CancelAsync();
        datapath.ClearListeners();
        await Task.WhenAll(tasks);
    }

    /// <summary>
    /// Removes everything an agent leaves in the kernel and in its state directory, in the current network namespace.
    /// </summary>
    public static CleanupReport Cleanup(string pinDirectory, string stateDirectory)
    {
        using var node = NetworkNamespace.Current();
        var state = new StateFiles(stateDirectory);
        var changes = state.LoadSysctls();

        // First what fails while an agent runs: it would go on without its routes.
        var report = node.Run(() => Datapath.Cleanup(pinDirectory));
        var sysctls = new InterfaceSysctls(node);
        foreach (var change in changes)
        {
            sysctls.Restore(change);
        }

        using (var routes = RouteSocket.Open(node))
        {
            new ProxyRouting(routes).Remove();
        }

        state.Remove();
        return report;
    }

    private static MeterProvider? StartOtlp()
    {
        const string variable = "OTEL_EXPORTER_OTLP_ENDPOINT";
        if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } endpoint)
        {
            return null;
        }

        return Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? Sdk.CreateMeterProviderBuilder().AddMeter(AgentMetrics.MeterName).AddOtlpExporter().Build()
            : throw new AgentException($"{variable} is '{endpoint}', not an address such as http://collector:4317");
    }
}
