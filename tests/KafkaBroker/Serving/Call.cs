using System.Net;
using Jumpgate.KafkaBroker.Apis;
using Jumpgate.KafkaBroker.Wire;

namespace Jumpgate.KafkaBroker.Serving;

/// <summary>A request that is being answered.</summary>
/// <param name="Gone">The connection is closed.</param>
internal sealed record Call(
    Node Node, ApiLayout Api, short Version, string? ClientId, IPEndPoint From, Message Request,
    CancellationToken Gone);
