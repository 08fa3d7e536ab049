using Jumpgate.Agent.Listening;
using Jumpgate.Http.Connections;
using Jumpgate.Sockmap.Lanes;

namespace Jumpgate.Agent.Lanes;

/// <summary>A lane as the HTTP filter sees it.</summary>
internal sealed class ConnectionLane(LaneHandle lane, OpenConnection connection) : ILane
{
    private static readonly string[] Methods = ["GET", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

    public bool HasRequestsUnderWay => lane.UnderWay > 0;

    public bool IsSettled => lane.IsSettled;

    /// <summary>
    /// All that matters of it is whether the response has a body: what is no HEAD is taken for a GET.
    /// </summary>
    public string MethodUnderWay =>
        lane.MethodUnderWay is var method && method < Methods.Length ? Methods[method] : Methods[0];

    public ChunkPosition PositionUnderWay
    {
        get
        {
            var (place, left) = lane.PositionUnderWay;
            return new((ChunkPart)place, left);
        }
    }

    public int StatusUnderWay => (int)lane.StatusUnderWay;

    public TimeSpan SinceLastUse => lane.SinceLastUse;

    public void Publish(long requestBytes, long responseBytes) => lane.Publish(requestBytes, responseBytes);

    public void FinishOne(int status) => lane.FinishOne((uint)status);

    public bool Close() => lane.Close();

    public void Dispose()
    {
        connection.Lane = null;
        lane.Dispose();
    }
}
