namespace Jumpgate.Bpf.Tests.Packets;

/// <summary>Both scenes, for all tests of a class: loading takes longer than running.</summary>
public sealed class PacketScenes : IDisposable
{
    private readonly Lazy<PacketScene> _denying = new(() => new PacketScene(open: false));
    private readonly Lazy<PacketScene> _allowing = new(() => new PacketScene(open: true));

    internal PacketScene Denying => _denying.Value;

    internal PacketScene Allowing => _allowing.Value;

    public void Dispose()
    {
        foreach (var scene in (Lazy<PacketScene>[])[_denying, _allowing])
        {
            if (scene.IsValueCreated)
            {
                scene.Value.Dispose();
            }
        }
    }
}
