using System.Diagnostics;
using Confluent.Kafka;

namespace Jumpgate.KafkaClient;

/// <summary>
/// Load for benchmarks: <c>load-produce TOPIC</c> (size=, seconds=, rate=) and <c>load-consume TOPIC</c>
/// (seconds=, and values=no for one that only counts: it is handed no bytes).
/// With a rate every record is sent on its own at its time, and its latency is to the reply; without, as fast as it
/// goes.
/// </summary>
internal sealed class Load(string bootstrap)
{
    /// <summary>librdkafka looks for the leader of a new topic once a second.</summary>
    private const double WarmUp = 2;

    public Answer Run(Operation operation) =>
        operation.Name == "load-consume" ? Consume(operation) : Produce(operation);

    private static double Number(Operation operation, string option, double otherwise) =>
        operation[option] is { } text
            ? double.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : otherwise;

    private Answer Produce(Operation operation)
    {
        var size = (int)Number(operation, "size", 100);
        var rate = Number(operation, "rate", 0);
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
        {
            BootstrapServers = bootstrap,
            ClientId = "load",
            LingerMs = rate > 0 ? 0 : 5,
            SocketNagleDisable = true,
            QueueBufferingMaxKbytes = 64 * 1024,
        }).SetLogHandler((_, _) => { }).Build();
        var message = new Message<Null, byte[]> { Value = new byte[size] };
        new Random(4711).NextBytes(message.Value);
        var latencies = new List<double>(1 << 20);
        long delivered = 0, failed = 0;
        var clock = new Stopwatch();
        void Send(long at)
        {
            try
            {
                producer.Produce(operation.Topic, message, report =>
                {
                    _ = report.Error.IsError ? failed++ : delivered++;
                    if (rate > 0)
                    {
                        latencies.Add(Stopwatch.GetElapsedTime(at).TotalMicroseconds);
                    }
                });
            }
            catch (ProduceException<Null, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(5));
            }
        }

        double from = 0, seconds = Number(operation, "seconds", 2);
        long counted = 0, sent = 0;
        clock.Start();
        while (clock.Elapsed.TotalSeconds is var now && now < WarmUp + seconds)
        {
            if (from == 0 && now >= WarmUp)
            {
                (from, counted) = (now, delivered);
                latencies.Clear();
            }

            if (rate == 0)
            {
                for (var i = 0; i < 100; i++)
                {
                    Send(0);
                }

                producer.Poll(TimeSpan.Zero);
            }
            else if (sent < now * rate)
            {
                Send(Stopwatch.GetTimestamp());
                sent++;
            }
            else
            {
                producer.Poll(TimeSpan.FromMicroseconds(200));
            }
        }

        var answer = Answer(delivered - counted, clock.Elapsed.TotalSeconds - from, latencies);
        producer.Flush(TimeSpan.FromSeconds(20));
        return failed == 0 ? answer : answer with { Ok = false, Error = "failed", Detail = $"{failed} records" };
    }

    private Answer Consume(Operation operation) =>
        operation["values"] == "no"
            ? Consume(operation, Deserializers.Ignore) : Consume(operation, Deserializers.ByteArray);

    private Answer Consume<TValue>(Operation operation, IDeserializer<TValue> values)
    {
        using var consumer = new ConsumerBuilder<Ignore, TValue>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            ClientId = "load",
            GroupId = "load",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            // At the end a broker waits for more before it answers, and a seek waits for that answer.
            FetchWaitMaxMs = 5,
            // librdkafka rests for a second where its queue is full: it must not be, or have enough in it for that.
            QueuedMinMessages = 10_000_000,
            QueuedMaxMessagesKbytes = 256 * 1024,
            FetchErrorBackoffMs = 0,
        }).SetValueDeserializer(values).SetLogHandler((_, _) => { }).Build();
        var start = new TopicPartitionOffset(operation.Topic, 0, Offset.Beginning);
        consumer.Assign(start);
        double from = 0, seconds = Number(operation, "seconds", 2);
        long count = 0;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds is var now && now < WarmUp + seconds)
        {
            if (from == 0 && now >= WarmUp)
            {
                (from, count) = (now, 0);
            }

            if (consumer.Consume(TimeSpan.FromMilliseconds(20)) is { } record)
            {
                count += record.IsPartitionEOF ? 0 : 1;
                if (record.IsPartitionEOF)
                {
                    consumer.Seek(start);
                }
            }
        }

        var answer = Answer(count, clock.Elapsed.TotalSeconds - from, []);
        consumer.Close();
        return answer;
    }

    private static Answer Answer(long count, double seconds, List<double> latencies)
    {
        latencies.Sort();
        double Quantile(double share) => latencies.Count == 0 ? 0 : latencies[(int)(share * (latencies.Count - 1))];
        return new Answer { Count = (int)count, Rate = count / seconds, P50 = Quantile(0.5), P99 = Quantile(0.99) };
    }
}
