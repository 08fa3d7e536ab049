using System.Net;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.EnvoyConfig.Proxyless;

/// <summary>Where a call may go.</summary>
/// <param name="Id">Whom the server has to be by its certificate; null: it is called with plain text.</param>
internal readonly record struct CallEndpoint(IPAddress Address, ushort Port, SpiffeId? Id);
