using Jumpgate.EndToEnd.Tests.Support;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>What an agent and its lanes hold at one moment.</summary>
/// <param name="Pairs">Connections between joined sockets.</param>
/// <param name="Bound">Sockets that belong to a lane.</param>
/// <param name="Joined">Joined sockets.</param>
/// <param name="Descriptors">Open descriptors of the agent.</param>
/// <param name="Memory">Resident bytes of the agent.</param>
internal sealed record Footprint(int Pairs, int Bound, int Joined, int Descriptors, long Memory)
{
    public static Footprint Of(Scene scene)
    {
        var maps = new KernelMaps(scene);
        return new Footprint(
            maps.Count("lane_pairs"), maps.Count("lane_of"), maps.Count("lane_joined"), DescriptorsOf(scene),
            scene.Agent.ResidentBytes);
    }

    public static int DescriptorsOf(Scene scene) => Directory.GetFiles($"/proc/{scene.Agent.Id}/fd").Length;

    /// <summary>True where nothing is left of what came after the other; memory may be more by so many bytes.</summary>
    /// <remarks>A few descriptors come and go: of the admin socket, and the runtime's.</remarks>
    public bool IsBackTo(Footprint before, long slack) =>
        Pairs <= before.Pairs && Bound <= before.Bound && Joined <= before.Joined
            && Descriptors <= before.Descriptors + 8
        && Memory <= before.Memory + slack;
}
