using Jumpgate.Agent.ControlPlane.AccessLogs;
using Jumpgate.Agent.ControlPlane.Authorization;
using Jumpgate.Agent.Flows;
using Jumpgate.Agent.Nodes;
using Jumpgate.Agent.Telemetry;
using Jumpgate.Grpc;
using Jumpgate.Http;
using Jumpgate.Xds.Nodes;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.ControlPlane;

/// <summary>What Envoy asks the agent and tells it, beside xDS and on the same port, for the same nodes.</summary>
internal sealed class EnvoyServices(
    SnapshotStore store, FlowLog log, FlowRecords records, EnvoyMetrics metrics, HttpFilterOptions http,
    TimeProvider time)
{
    public IEnumerable<GrpcService> Create(NodeAdmission admission, ILogger logger, CancellationToken stopping) =>
    [
        new AuthorizationService(admission, store, log, records, metrics, http, time).Create(),
        new AccessLogService(
            admission, log, new AccessLogRecords(store, time), metrics, logger, time, stopping).Create(),
    ];
}
