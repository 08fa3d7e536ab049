using System.Globalization;

namespace Jumpgate.Benchmarks.Kafka;

internal sealed record KafkaOptions(int Rounds, int Seconds, IReadOnlyList<KafkaWork> Works, string Output)
{
    public static bool TryParse(string[] args, out KafkaOptions options)
    {
        options = new KafkaOptions(3, 2, KafkaWork.All, "artifacts/bench");
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
            switch (args[i])
            {
                case "--rounds" when number > 0:
                    options = options with { Rounds = number };
                    break;
                case "--seconds" when number > 0:
                    options = options with { Seconds = number };
                    break;
                case "--only" when KafkaWork.All.Where(w => value.Split(',').Contains(w.Name))
                    .ToList() is { Count: > 0 } works:
                    options = options with { Works = works };
                    break;
                case "--output" when value.Length > 0:
                    options = options with { Output = value };
                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}
