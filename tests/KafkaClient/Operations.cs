using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Jumpgate.KafkaClient;

/// <summary>
/// What the client can be told to do. Producers and the admin client stay open between operations of the same kind.
/// </summary>
internal sealed class Operations(string bootstrap) : IDisposable
{
    private static readonly TimeSpan Closing = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly Dictionary<string, IProducer<Null, byte[]>> _producers = [];
    private IAdminClient? _admin;

    private IAdminClient Admin =>
        _admin ??= new AdminClientBuilder(Client(new AdminClientConfig())).SetLogHandler((_, _) => { }).Build();

    public async Task<Answer> RunAsync(Operation operation) => operation.Name switch
    {
        "produce" => await ProduceAsync(operation),
        "consume" => Consume(operation),
        "topics" => new Answer
        {
            Values = [.. Admin.GetMetadata(Limit).Topics.Select(t => t.Topic)
            .Order(StringComparer.Ordinal)]
        },
        "create" => await Do(() =>
            Admin.CreateTopicsAsync([new TopicSpecification { Name = operation.Topic, NumPartitions = 1 }])),
        "delete" => await Do(() => Admin.DeleteTopicsAsync([operation.Topic])),
        "configs" => await ConfigsAsync(operation.Topic),
        "groups" => new Answer
        {
            Values = [.. Admin.ListGroups(Limit).Select(g => g.Group)
            .Order(StringComparer.Ordinal)]
        },
        "load-produce" or "load-consume" => new Load(bootstrap).Run(operation),
        _ => throw new ArgumentException($"no such operation: {operation.Name}"),
    };

    public void Dispose()
    {
        _admin?.Dispose();
        foreach (var producer in _producers.Values)
        {
            producer.Dispose();
        }
    }

    private static async Task<Answer> Do(Func<Task> act)
    {
        await act();
        return new Answer();
    }

    private T Client<T>(T config)
        where T : ClientConfig
    {
        config.BootstrapServers = bootstrap;
        config.ClientId = "confluent";
        config.SocketTimeoutMs = (int)Limit.TotalMilliseconds;
        config.Set("enable.sparse.connections", "false");
        return config;
    }

    private IProducer<Null, byte[]> Producer(Operation operation)
    {
        var key = $"{operation["acks"]} {operation["idempotent"]} {operation["txn"]} {operation["compression"]}";
        if (_producers.TryGetValue(key, out var known))
        {
            return known;
        }

        var config = Client(new ProducerConfig
        {
            MessageTimeoutMs = (int)Limit.TotalMilliseconds,
            LingerMs = 5,
            Acks = operation["acks"] switch { "0" => Acks.None, "1" => Acks.Leader, _ => Acks.All },
            EnableIdempotence = operation["idempotent"] is not null || operation["txn"] is not null,
            TransactionalId = operation["txn"],
            TransactionTimeoutMs = (int)Limit.TotalMilliseconds,
            CompressionType = Enum.Parse<CompressionType>(operation["compression"] ?? "none", ignoreCase: true),
        });
        var producer = new ProducerBuilder<Null, byte[]>(config).SetLogHandler((_, _) => { }).Build();
        if (operation["txn"] is not null)
        {
            try
            {
                producer.InitTransactions(Limit);
            }
            catch
            {
                producer.Dispose();
                throw;
            }
        }

        _producers.Add(key, producer);
        return producer;
    }

    private async Task<Answer> ProduceAsync(Operation operation)
    {
        var producer = Producer(operation);
        var isTransaction = operation["txn"] is not null;
        if (isTransaction)
        {
            producer.BeginTransaction();
        }

        try
        {
            await Task.WhenAll(Enumerable.Range(0, operation.Count).Select(i => producer.ProduceAsync(
                operation.Topic, new Message<Null,
                byte[]>
                { Value = Encoding.UTF8.GetBytes($"{operation.Topic}-{i}") })));
        }
        catch when (isTransaction)
        {
            try
            {
                producer.AbortTransaction(Limit);
            }
            catch (KafkaException)
            {
                // What was asked for has failed already, and says why.
            }

            throw;
        }

        if (isTransaction && operation["abort"] is not null)
        {
            producer.AbortTransaction(Limit);
        }
        else if (isTransaction)
        {
            producer.CommitTransaction(Limit);
        }

        return new Answer { Count = operation.Count };
    }

    private List<TopicPartitionOffset> AllOf(string name)
    {
        var topic = Admin.GetMetadata(name, Limit).Topics[0];
        return topic.Error.IsError
            ? throw new KafkaException(topic.Error)
            : [.. topic.Partitions.Select(p => new TopicPartitionOffset(topic.Topic, p.PartitionId, Offset.Beginning))];
    }

    private Answer Consume(Operation operation)
    {
        var group = operation["group"];
        var partitions = group is null ? AllOf(operation.Topic) : null;
        var consumer = new ConsumerBuilder<Ignore, byte[]>(Client(new ConsumerConfig
        {
            // A consumer without a group has to name one all the same, and looks for its coordinator.
            GroupId = group ?? "g-none",
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            SessionTimeoutMs = 6000,
            HeartbeatIntervalMs = 300,
            FetchWaitMaxMs = 200,
        })).SetLogHandler((_, _) => { }).Build();
        if (partitions is null)
        {
            consumer.Subscribe(operation.Topic);
        }
        else
        {
            consumer.Assign(partitions);
        }

        var values = new List<string>();
        var until = DateTime.UtcNow + Limit;
        try
        {
            while (values.Count < operation.Count)
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } record)
                {
                    values.Add(Encoding.UTF8.GetString(record.Message.Value));
                }
                else if (DateTime.UtcNow > until)
                {
                    throw new TimeoutException($"{values.Count} of {operation.Count} records");
                }
            }

            if (group is not null)
            {
                consumer.Commit();
            }
        }
        finally
        {
            // After an error of authorization librdkafka 2.0.2 now and then joins its own threads for ever.
            Task.Run(consumer.Close).Wait(Closing);
        }

        return new Answer { Count = values.Count, Values = [.. values.Order(StringComparer.Ordinal)] };
    }

    private async Task<Answer> ConfigsAsync(string topic)
    {
        var found = await Admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = topic }]);
        return new Answer { Values = [.. found[0].Entries.Keys.Order(StringComparer.Ordinal)] };
    }
}
