using System.Net.Sockets;
using System.Runtime.InteropServices;
using Jumpgate.Http.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.Http.Tests.Http2;

/// <summary>Joined sockets have no window: nothing is sent to one before its pacer lets it.</summary>
public class PacingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_OneSideDoesNotRead_WaitsForIt(bool isServer)
    {
        await using var backend = await Backend.StartRawTargetAsync();
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        var lane = new FakeLane
        {
            HasJoined = socket => IsServers(socket) == isServer,
            MayWrite = false,
        };
        proxy.Lanes = lane;
        using var client = proxy.CreateClient();

        var asking = client.GetStringAsync(new Uri("/v1/", UriKind.Relative));
        await Wait.UntilAsync(() => lane.Waits > 0, Wait.Patience, "the proxy to wait");
        Assert.False(asking.IsCompleted);
        lane.MayWrite = true;

        Assert.Equal("/v1/", await asking);

        bool IsServers(SafeHandle handle)
        {
            // Only looks, and closes nothing: the descriptor is another's.
            var socket = new Socket(new SafeSocketHandle(handle.DangerousGetHandle(), ownsHandle: false));
            return backend.EndPoint.Equals(socket.RemoteEndPoint);
        }
    }
}
