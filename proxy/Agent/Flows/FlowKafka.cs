namespace Jumpgate.Agent.Flows;

/// <summary>A Kafka request in Hubble's vocabulary (flow.proto), and what Hubble has no field for.</summary>
/// <param name="ErrorCode">What policy answered; 0 where it was forwarded.</param>
/// <param name="ApiKey">The API's name.</param>
/// <param name="Topic">The topic that decided: the first one denied, else the first of the request; <c>*</c> for all
/// topics.</param>
public sealed record FlowKafka(int ErrorCode, int ApiVersion, string ApiKey, int CorrelationId, string Topic)
{
    /// <summary>The error code's name; null where it was forwarded.</summary>
    public string? Error { get; init; }
    /// <summary>The topics denied, else all of the request; cut where there are many.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];
    /// <summary>How many topics the request has.</summary>
    public int TopicCount { get; init; }
    public string? ClientId { get; init; }
    public IReadOnlyList<string> Groups { get; init; } = [];
    public IReadOnlyList<string> TransactionalIds { get; init; } = [];
    /// <summary>The other topics were forwarded.</summary>
    public bool PerTopic { get; init; }
}
