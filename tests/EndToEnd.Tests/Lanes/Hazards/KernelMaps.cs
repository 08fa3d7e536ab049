using System.Globalization;
using System.Text.Json;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>Maps of an agent, as the kernel has them.</summary>
internal sealed class KernelMaps(Scene scene)
{
    /// <summary>Entries of a map whose entries come and go.</summary>
    public int Count(string map) =>
        Command.RunJson("bpftool", "-j", "map", "dump", "pinned", Pin(map)).GetArrayLength();

    /// <summary>The values of a map whose entries come and go.</summary>
    public IReadOnlyList<byte[]> Values(string map) =>
        [.. Command.RunJson("bpftool", "-j", "map", "dump", "pinned", Pin(map)).EnumerateArray().Select(Value)];

    /// <summary>The value of an array's entry.</summary>
    public byte[] Read(string map, uint index = 0) =>
        Value(Command.RunJson("bpftool", ["-j", "map", "lookup", "pinned", Pin(map), "key", .. Key(index)]));

    public void Write(string map, byte[] value, uint index = 0) => Command.Run(
        "bpftool", [
            "map", "update", "pinned", Pin(map), "key", .. Key(index), "value", .. value.Select(b => $"{b}")]);

    private static byte[] Value(JsonElement entry) =>
        [.. entry.GetProperty("value").EnumerateArray().Select(
            b => byte.Parse(b.GetString().AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))];

    private static IEnumerable<string> Key(uint index) => BitConverter.GetBytes(index).Select(b => $"{b}");

    private string Pin(string map) => Path.Combine(scene.PinDirectory, map);
}
