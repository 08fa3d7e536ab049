using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Tests.Documents;

public class KafkaSampleTests
{
    [Fact]
    public void Read_SamplesOfKafkaRules_AreValidAndNoTraps()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Proxy.sln")))
        {
            root = root.Parent;
        }

        var yaml = File.ReadAllText(Path.Combine(root!.FullName, "samples/kafka/rules.yaml"));
        var result = PolicySet.Combine([PolicyReader.Read("rules.yaml", yaml)]);
        Assert.Empty(result.Diagnostics);
        Assert.Equal(3, result.Documents.Length);
    }
}
