using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Http;

/// <summary>Where header secrets come from. The policy library does no I/O: the agent and explain read files.</summary>
public interface ISecretSource
{
    /// <returns>Null where the secret cannot be read; the source has then logged why.</returns>
    string? TryRead(SecretReference secret);
}
