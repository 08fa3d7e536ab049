using System.Net.Sockets;
using System.Text.Json;

namespace Jumpgate.Agent.Admin;

/// <summary>
/// Talks to a running agent over its admin socket. Each call throws <see cref="HttpRequestException"/> where none
/// answers.
/// </summary>
public sealed class AdminClient : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="path">The socket's.</param>
    public AdminClient(string path)
    {
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        })
        {
            BaseAddress = new Uri("http://jumpgate/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>A report, such as <c>v1/status</c>.</summary>
    public async Task<T> GetAsync<T>(string path, CancellationToken cancellation) =>
        JsonSerializer.Deserialize<T>(await GetTextAsync(path, cancellation), AdminJson.Options)!;

    /// <summary>What the agent answers as it stands, such as <c>metrics</c>.</summary>
    public Task<string> GetTextAsync(string path, CancellationToken cancellation) =>
        _http.GetStringAsync(path, cancellation);

    /// <returns>The answer, or why the agent refused the question.</returns>
    public async Task<(T? Answer, string? Error)> AskAsync<T>(string path, CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync(path, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        return answer.IsSuccessStatusCode
            ? (JsonSerializer.Deserialize<T>(text, AdminJson.Options), null)
            : (default, JsonSerializer.Deserialize<string>(text));
    }

    /// <returns>Null, or why the agent refused.</returns>
    public async Task<string?> PutAsync(string path, CancellationToken cancellation)
    {
        using var answer = await _http.PutAsync(path, null, cancellation);
        return answer.IsSuccessStatusCode ? null : await answer.Content.ReadAsStringAsync(cancellation);
    }

    /// <summary>What the agent goes on to answer, line by line.</summary>
    public async Task<StreamReader> OpenAsync(string path, CancellationToken cancellation) =>
        new(await _http.GetStreamAsync(path, cancellation));

    public void Dispose() => _http.Dispose();
}
