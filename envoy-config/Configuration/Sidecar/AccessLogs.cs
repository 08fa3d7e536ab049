using Envoy.Config.Accesslog.V3;
using Envoy.Config.Core.V3;
using Envoy.Extensions.AccessLoggers.Grpc.V3;
using Envoy.Extensions.AccessLoggers.Stream.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.Xds.Resources;

namespace Jumpgate.EnvoyConfig.Sidecar;

/// <summary>
/// What is recorded of requests and connections: JSON on standard output, and the same events to the agent.
/// </summary>
internal static class AccessLogs
{
    private static readonly (string Field, string Operator)[] Connection =
    [
        ("time", "%START_TIME%"),
        ("source", "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%"),
        ("destination", "%DOWNSTREAM_LOCAL_ADDRESS%"),
        ("listener", "%FILTER_CHAIN_NAME%"),
        ("flags", "%RESPONSE_FLAGS%"),
        ("bytes_received", "%BYTES_RECEIVED%"),
        ("bytes_sent", "%BYTES_SENT%"),
        ("duration_ms", "%DURATION%"),
        ("why_closed", "%CONNECTION_TERMINATION_DETAILS%"),
        ("connection_audit", "%DYNAMIC_METADATA(envoy.filters.network.rbac:shadow_engine_result)%"),
    ];

    /// <summary>
    /// RBAC says in the details which policy denied, and in its metadata which one in audit mode would have.
    /// </summary>
    private static readonly (string Field, string Operator)[] Request =
    [
        .. Connection,
        ("method", "%REQ(:METHOD)%"),
        ("target", "%REQ(:PATH)%"),
        ("host", "%REQ(:AUTHORITY)%"),
        ("protocol", "%PROTOCOL%"),
        ("status", "%RESPONSE_CODE%"),
        ("grpc_status", "%GRPC_STATUS_NUMBER%"),
        ("details", "%RESPONSE_CODE_DETAILS%"),
        ("audit", "%DYNAMIC_METADATA(envoy.filters.http.rbac:shadow_engine_result)%"),
    ];

    public static IEnumerable<AccessLog> OfRequests(string name, SidecarOptions options)
    {
        yield return ToOutput(Request, options);
        if (options.LogsToAgent)
        {
            yield return Log(
                "envoy.access_loggers.http_grpc", new HttpGrpcAccessLogConfig { CommonConfig = ToAgent(name) });
        }
    }

    /// <summary>
    /// Of a listener: every connection, those that fit no chain too (flag NR). Only these go to the agent from here,
    /// which hears of the others from the filters that serve them.
    /// </summary>
    public static IEnumerable<AccessLog> OfListener(string name, SidecarOptions options)
    {
        yield return ToOutput(Connection, options);
        if (options.LogsToAgent)
        {
            var closed =
                Log("envoy.access_loggers.tcp_grpc", new TcpGrpcAccessLogConfig { CommonConfig = ToAgent(name) });
            closed.Filter = new AccessLogFilter { ResponseFlagFilter = new ResponseFlagFilter { Flags = { "NR" } } };
            yield return closed;
        }
    }

    /// <summary>Of connections that are passed as bytes.</summary>
    public static IEnumerable<AccessLog> OfBytes(string name, SidecarOptions options) => options.LogsToAgent
        ? [Log("envoy.access_loggers.tcp_grpc", new TcpGrpcAccessLogConfig { CommonConfig = ToAgent(name) })] : [];

    private static AccessLog Log(string name, IMessage config) =>
        new() { Name = name, TypedConfig = Deterministic.Pack(config) };

    private static AccessLog ToOutput((string Field, string Operator)[] format, SidecarOptions options)
    {
        var fields = new Struct();
        foreach (var (field, value) in format)
        {
            fields.Fields.Add(field, Value.ForString(value));
        }

        if (options.Detects)
        {
            fields.Fields.Add("requested_server_name", Value.ForString("%REQUESTED_SERVER_NAME%"));
        }

        if (options.HasTls)
        {
            // Verified, or the connection would have been closed in the handshake.
            fields.Fields.Add("source_id", Value.ForString("%DOWNSTREAM_PEER_URI_SAN%"));
        }

        return Log("envoy.access_loggers.stdout", new StdoutAccessLog
        {
            LogFormat = new SubstitutionFormatString { JsonFormat = fields, OmitEmptyValues = true },
        });
    }

    private static CommonGrpcAccessLogConfig ToAgent(string name) => new()
    {
        LogName = name,
        TransportApiVersion = ApiVersion.V3,
        GrpcService = new GrpcService { EnvoyGrpc = new GrpcService.Types.EnvoyGrpc { ClusterName = Clusters.Agent } },
    };
}
