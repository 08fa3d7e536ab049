using System.Net;

namespace Jumpgate.Agent.Listening.ProxyProtocol;

/// <summary>What a PROXY protocol header says of a connection: who opened it, and to where.</summary>
internal sealed record ProxyHeader(IPEndPoint Source, IPEndPoint Destination);
