using System.Text.Json;

namespace Jumpgate.Testing;

/// <summary>What <see cref="TestHttpServer"/> saw of a request.</summary>
/// <param name="Method">As sent.</param>
/// <param name="Target">Request target, byte for byte.</param>
/// <param name="Protocol">HTTP/1.1 or HTTP/2.</param>
/// <param name="Headers">Every value of every header; names as the server knows them.</param>
/// <param name="Body">As UTF-8.</param>
/// <param name="PeerAddress">Who connected.</param>
/// <param name="PeerPort">Port of who connected.</param>
/// <param name="ConnectionId">Equal for requests on one connection.</param>
public sealed record SeenRequest(
    string Method,
    string Target,
    string Protocol,
    IReadOnlyDictionary<string, string?[]> Headers,
    string Body,
    string PeerAddress,
    int PeerPort,
    string ConnectionId)
{
    /// <summary>Reads a response's body.</summary>
    public static async Task<SeenRequest> ReadAsync(HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var text = await response.Content.ReadAsStringAsync();
        return JsonSerializer.Deserialize<SeenRequest>(text)
            ?? throw new InvalidDataException($"not what TestHttpServer answers: {text}");
    }
}
