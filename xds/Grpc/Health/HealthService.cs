using System.Collections.Immutable;
using Google.Protobuf;
using ServingStatus = Jumpgate.Grpc.Health.HealthCheckResponse.Types.ServingStatus;

namespace Jumpgate.Grpc.Health;

/// <summary><c>grpc.health.v1.Health</c>: whether the server, and each of its services, serves.</summary>
public sealed class HealthService
{
    private readonly Lock _gate = new();
    private ImmutableDictionary<string, ServingStatus> _statuses = ImmutableDictionary<string, ServingStatus>.Empty;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The service to map.</summary>
    /// <param name="stopping">Ends watchers.</param>
    public GrpcService Create(CancellationToken stopping) =>
        new GrpcService("grpc.health.v1.Health", HealthReflection.Descriptor)
        .Unary("Check", HealthCheckRequest.Parser, HealthCheckResponse.Parser, (request, _) =>
            Task.FromResult(Check(request)))
        .ServerStreaming(
            "Watch", Marshallers.Protobuf(HealthCheckRequest.Parser), Marshallers.Protobuf(HealthCheckResponse.Parser),
            (request, writer, context) => WatchAsync(request, writer, context, stopping));

    /// <param name="service">Full name; empty for the server as a whole.</param>
    public void Set(string service, bool serves)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            var status = serves ? ServingStatus.Serving : ServingStatus.NotServing;
            if (_statuses.TryGetValue(service, out var before) && before == status)
            {
                return;
            }

            _statuses = _statuses.SetItem(service, status);
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    private HealthCheckResponse Check(HealthCheckRequest request) =>
        _statuses.TryGetValue(request.Service, out var status)
        ? new HealthCheckResponse { Status = status }
        : throw new RpcException(new Status(StatusCode.NotFound, $"there is no service '{request.Service}'"));

    private async Task WatchAsync(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> writer, ServerCallContext context,
        CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        ServingStatus? sent = null;
        while (true)
        {
            Task changed;
            ServingStatus status;
            lock (_gate)
            {
                changed = _changed.Task;
                status = _statuses.GetValueOrDefault(request.Service, ServingStatus.ServiceUnknown);
            }

            if (status != sent)
            {
                await writer.WriteAsync(new HealthCheckResponse { Status = status }, ended.Token);
                sent = status;
            }

            try
            {
                await changed.WaitAsync(ended.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "the server stops"));
            }
        }
    }
}
