using System.Globalization;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>Maps of an agent, as the kernel has them.</summary>
internal sealed class KernelMaps(Scene scene)
{
    /// <summary>Entries of a map whose entries come and go.</summary>
    public int Count(string map) => Command.RunJson("bpftool", "-j", "map", "dump", "pinned", Pin(map)).GetArrayLength();

    /// <summary>The value of an array's only entry.</summary>
    public byte[] Read(string map)
    {
        var entry = Command.RunJson("bpftool", "-j", "map", "dump", "pinned", Pin(map))[0];
        return [.. entry.GetProperty("value").EnumerateArray().Select(
            b => byte.Parse(b.GetString().AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))];
    }

    public void Write(string map, byte[] value) => Command.Run(
        "bpftool", ["map", "update", "pinned", Pin(map), "key", "0", "0", "0", "0", "value", .. value.Select(b => $"{b}")]);

    private string Pin(string map) => Path.Combine(scene.PinDirectory, map);
}
