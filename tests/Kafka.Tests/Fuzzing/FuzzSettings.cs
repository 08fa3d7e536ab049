using System.Globalization;

namespace Jumpgate.Kafka.Tests.Fuzzing;

/// <summary>
/// <c>JUMPGATE_FUZZ_SEED</c> repeats a run, <c>JUMPGATE_FUZZ_CASES</c> makes a longer one. Failures name both seed and
/// case.
/// </summary>
internal static class FuzzSettings
{
    public static int Seed { get; } = Setting("JUMPGATE_FUZZ_SEED", Random.Shared.Next());

    public static int Cases(int otherwise) => Setting("JUMPGATE_FUZZ_CASES", otherwise);

    /// <summary>The dice of one case, so that it can be thrown again alone.</summary>
    public static Random Dice(int number) => new(unchecked((Seed * 31) + number));

    private static int Setting(string name, int otherwise) =>
        int.TryParse(
            Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}
