using System.Net;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>
/// The hazards of joined sockets (docs/lanes.md), each brought about on purpose. What has to fail without the
/// protection is written down in tests/Hazards/plants.
/// </summary>
[Collection("kernel")]
public sealed partial class HazardTests(PolicyPartyScene scene) : IClassFixture<PolicyPartyScene>
{
    /// <summary>A wrong answer gets so long to come before the right one.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// A client whose last request the kernel decided: its lane is open, and what it sends next is judged there.
    /// </summary>
    private async Task<Wire> WarmAsync(IPEndPoint server)
    {
        var client = await Wire.ConnectAsync(scene.Scene, server);
        await UntilDecidedAsync(client);
        return client;
    }

    private Task UntilDecidedAsync(Wire client) => Wait.UntilAsync(
        async () =>
        {
            var before = await scene.DecidedAsync();
            Assert.Equal((200, "hello\n"), await client.AskAsync(Wire.Request("/v1/hello")));
            return await scene.DecidedAsync() > before;
        },
        Wait.Patience,
        "the kernel to decide a request",
        scene.Scene.Agent.Captured);

    /// <summary>How often the kernel said this of a request.</summary>
    private async Task<ulong> SaidAsync(string reason) => (await scene.LanesAsync()).Requests[reason];
}
