using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Jumpgate.Bpf.Netlink;
using Jumpgate.KafkaBroker.Serving;

const string Usage = """
    usage: jumpgate-kafka-broker [NETNS=]ADDRESS:PORT... [--topic NAME[:PARTITIONS]]... [--keep BYTES] [--show]
    A Kafka cluster in memory, one broker per address, each in a network namespace of its own if one is named. It says
    "ready" when it listens; with --show also a line for every request that reaches it.
    """;
var nodes = new List<(string? Namespace, IPEndPoint Address)>();
var topics = new List<(string Name, int Partitions)>();
var keep = 256L << 20;
var show = false;
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--topic" when i + 1 < args.Length:
            var topic = args[++i].Split(':');
            topics.Add((topic[0], topic.Length > 1 ? int.Parse(topic[1], CultureInfo.InvariantCulture) : 1));
            break;
        case "--keep" when i + 1 < args.Length:
            keep = long.Parse(args[++i], CultureInfo.InvariantCulture);
            break;
        case "--show":
            show = true;
            break;
        default:
            var place = args[i].Split('=');
            if (!IPEndPoint.TryParse(place[^1], out var address) || address.Port == 0)
            {
                await Console.Error.WriteLineAsync(Usage);
                return 2;
            }

            nodes.Add((place.Length > 1 ? place[0] : null, address));
            break;
    }
}

var cluster = new Cluster(partitionLimit: keep);
cluster.Observer = request =>
{
    if (show)
    {
        Console.WriteLine(request);
    }

    return false;
};
topics.ForEach(t => cluster.AddTopic(t.Name, t.Partitions));
var brokers = nodes.Select((node, i) =>
    Broker.Start(cluster, i + 1, Listen(node.Namespace, node.Address), node.Address)).ToList();
Console.WriteLine("ready");
using var end = new ManualResetEventSlim();
using var term = System.Runtime.InteropServices.PosixSignalRegistration.Create(
    System.Runtime.InteropServices.PosixSignal.SIGTERM, context =>
    {
        context.Cancel = true;
        end.Set();
    });
end.Wait();
foreach (var broker in brokers)
{
    await broker.DisposeAsync();
}

return 0;

static Socket Listen(string? name, IPEndPoint address)
{
    Socket Create()
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(address);
        socket.Listen();
        return socket;
    }

    if (name is null)
    {
        return Create();
    }

    using var place = NetworkNamespace.Open(name);
    return place.Run(Create);
}
