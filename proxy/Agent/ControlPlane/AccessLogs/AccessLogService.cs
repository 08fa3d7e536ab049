using Envoy.Service.Accesslog.V3;
using Jumpgate.Agent.Flows;
using Jumpgate.Agent.Telemetry;
using Jumpgate.Grpc;
using Jumpgate.Xds.Nodes;
using Jumpgate.Xds.Streams;
using Microsoft.Extensions.Logging;
using Status = Jumpgate.Grpc.Status;

namespace Jumpgate.Agent.ControlPlane.AccessLogs;

/// <summary>
/// <c>envoy.service.accesslog.v3.AccessLogService</c>: Envoy's traffic in the monitor. Entries are read one after the
/// other and never queued: HTTP/2's windows hold back a node that sends faster. Like the proxy's own requests,
/// forwarded ones are recorded only while somebody follows.
/// </summary>
internal sealed class AccessLogService(
    NodeAdmission admission, FlowLog log, AccessLogRecords records, EnvoyMetrics metrics, ILogger logger,
    TimeProvider time,
    CancellationToken stopping)
{
    /// <summary>Streams at a time; a node has one for each of its logs and worker threads.</summary>
    private const int MaxStreams = 4096;

    private int _streams;

    public GrpcService Create() =>
        new GrpcService("envoy.service.accesslog.v3.AccessLogService", AlsReflection.Descriptor)
        .ClientStreaming(
            "StreamAccessLogs", Marshallers.Protobuf(StreamAccessLogsMessage.Parser),
            Marshallers.Protobuf(StreamAccessLogsResponse.Parser), ServeAsync);

    private async Task<StreamAccessLogsResponse> ServeAsync(
        IAsyncStreamReader<StreamAccessLogsMessage> reader, ServerCallContext context)
    {
        if (Interlocked.Increment(ref _streams) > MaxStreams)
        {
            Interlocked.Decrement(ref _streams);
            throw new RpcException(
                new Status(StatusCode.ResourceExhausted, $"{MaxStreams} access logs are open already"));
        }

        metrics.Streams(1);
        try
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
            await ReadAsync(reader, context, ended.Token);
            return new StreamAccessLogsResponse();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the server stops"));
        }
        catch (RpcException e)
        {
            logger.AccessLogRefused(context.Peer, Text.Short(e.Status.Detail, Text.MaxName));
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
            metrics.Streams(-1);
        }
    }

    private async Task ReadAsync(
        IAsyncStreamReader<StreamAccessLogsMessage> reader, ServerCallContext context, CancellationToken ended)
    {
        if (!await reader.MoveNext(ended))
        {
            return;
        }

        var first = reader.Current.Identifier;
        var node = admission.Admit(first?.Node, context, out _, out var refusal) ?? throw new RpcException(refusal);
        if (first!.LogName.Length == 0)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "identifier.log_name is missing"));
        }

        var name = Text.Short(node.Id, Text.MaxName);
        var budget = new RecordBudget(time);
        do
        {
            var message = reader.Current;
            if (message.Identifier?.Node is { } other && other.Id != node.Id)
            {
                throw new RpcException(
                    new Status(StatusCode.InvalidArgument, "a stream is one node's: node.id changed"));
            }

            Take(message, name, budget);
        }
        while (await reader.MoveNext(ended));
    }

    private void Take(StreamAccessLogsMessage message, string node, RecordBudget budget)
    {
        switch (message.LogEntriesCase)
        {
            case StreamAccessLogsMessage.LogEntriesOneofCase.HttpLogs:
                foreach (var entry in message.HttpLogs.LogEntry)
                {
                    Take(AccessLogEntry.Of(entry), node, budget);
                }

                break;
            case StreamAccessLogsMessage.LogEntriesOneofCase.TcpLogs:
                foreach (var entry in message.TcpLogs.LogEntry)
                {
                    Take(AccessLogEntry.Of(entry), node, budget);
                }

                break;
        }
    }

    private void Take(AccessLogEntry? entry, string node, RecordBudget budget)
    {
        if (entry is null)
        {
            metrics.Entry("none", "malformed");
            return;
        }

        var verdict = entry.Verdict;
        if (entry.IsIntermediate)
        {
            metrics.Entry(verdict, "intermediate");
        }
        else if (verdict == AccessLogEntry.Forwarded && !log.IsFollowed)
        {
            metrics.Entry(verdict, "not_followed");
        }
        else if (!budget.TryTake())
        {
            metrics.Entry(verdict, "limited");
        }
        else
        {
            metrics.Entry(verdict, "recorded");
            log.Add(records.From(entry, node));
        }
    }
}
