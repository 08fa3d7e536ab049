namespace Jumpgate.KafkaBroker.Serving;

/// <summary>A broker of the cluster, and where clients are told to find it.</summary>
public sealed record Node(int Id, string Host, int Port);
