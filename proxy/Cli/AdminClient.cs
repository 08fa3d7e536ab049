using System.Net.Sockets;
using System.Text.Json;
using Jumpgate.Agent.Admin;

namespace Jumpgate.Cli;

/// <summary>Talks to a running agent.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly string _path;
    private readonly HttpClient _http;

    public AdminClient(string path)
    {
        _path = path;
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

    public async Task<T> GetAsync<T>(string path, CancellationToken cancellation)
    {
        var text = await _http.GetStringAsync(path, cancellation);
        return JsonSerializer.Deserialize<T>(text, AdminJson.Options)!;
    }

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

    public async Task<StreamReader> OpenAsync(string path, CancellationToken cancellation) =>
        new(await _http.GetStreamAsync(path, cancellation));

    /// <summary>Runs <paramref name="body"/>, and says in one line why the agent cannot be asked.</summary>
    public static async Task<int> RunAsync(string socket, Func<AdminClient, Task<int>> body)
    {
        using var client = new AdminClient(socket);
        try
        {
            return await body(client);
        }
        catch (HttpRequestException e)
        {
            var why = e.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied }
                ? "permission denied; run as root" : "no agent answers there; start 'jumpgate agent', or name its socket with --admin-socket";
            await Console.Error.WriteLineAsync($"jumpgate: {client._path}: {why}");
            return ExitCode.Failure;
        }
    }

    public void Dispose() => _http.Dispose();
}
