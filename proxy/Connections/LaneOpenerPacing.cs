using System.Runtime.InteropServices;

namespace Jumpgate.Connections;

internal static class LaneOpenerPacing
{
    /// <summary>What paces sends to a connection's socket; null where TCP does, as where there are no lanes.</summary>
    public static ValueTask<ISendPacer?> PacerAsync(this ILaneOpener? lanes, SafeHandle socket) =>
        lanes?.TryPaceAsync(socket) ?? default;
}
