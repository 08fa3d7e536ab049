using Jumpgate.Policy.Http;

namespace Jumpgate.Http.Connections;

/// <summary>
/// The policy for one connection as of now. Each request reads it once and is judged by what it read.
/// </summary>
public interface IConnectionPolicySource
{
    IRequestPolicy Current { get; }
}
