namespace Jumpgate.EndToEnd.Tests.Kafka;

/// <summary>
/// A client as people use it, in a workload. Operations: <c>produce TOPIC COUNT</c> (acks=0|1|all, compression=,
/// idempotent=1, txn=ID, abort=1), <c>consume TOPIC COUNT</c> (group=, protocol=consumer), <c>topics</c>, <c>create
/// TOPIC</c>, <c>delete TOPIC</c>, <c>configs TOPIC</c>, <c>groups</c>.
/// </summary>
internal interface IKafkaClient : IDisposable
{
    Task<KafkaAnswer> AskAsync(string operation);
}
