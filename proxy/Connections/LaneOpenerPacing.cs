using System.Runtime.InteropServices;
using Jumpgate.Connections.Sockets;

namespace Jumpgate.Connections;

internal static class LaneOpenerPacing
{
    /// <summary>What paces sends to a connection's socket; null where TCP does, as where there are no lanes.</summary>
    public static async ValueTask<ISendPacer?> PacerAsync(this ILaneOpener? lanes, SafeHandle socket) =>
        lanes is null ? null : (await lanes.PaceAsync(socket)).Pacer;

    /// <summary>The same; and who reads from the connection need not look twice where it has not joined.</summary>
    public static async ValueTask<ISendPacer?> PacerAsync(this ILaneOpener? lanes, TcpChannel channel)
    {
        if (lanes is null)
        {
            return null;
        }

        var pacing = await lanes.PaceAsync(channel.Handle);
        if (!pacing.HasJoined)
        {
            channel.HasNotJoined();
        }

        return pacing.Pacer;
    }

    /// <summary>Whether bytes may pass between two sockets, of which both have been asked for their pacers, by
    /// <see cref="TcpChannel.SpliceAsync"/>.</summary>
    public static bool MaySplice(this ILaneOpener? lanes, TcpChannel one, TcpChannel other) =>
        lanes is null || !(one.MayHaveJoined || other.MayHaveJoined);
}
