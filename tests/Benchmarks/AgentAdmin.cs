using System.Net.Sockets;
using System.Text.Json;
using Jumpgate.Agent.Admin;

namespace Jumpgate.Benchmarks;

/// <summary>Asks an agent without the cost of a process.</summary>
internal sealed class AgentAdmin(string socketPath) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, token) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    });

    public async Task<StatusReport> StatusAsync(CancellationToken stop) => JsonSerializer.Deserialize<StatusReport>(
        await _http.GetStringAsync("http://jumpgate/v1/status", stop), AdminJson.Options)!;

    public void Dispose() => _http.Dispose();
}
