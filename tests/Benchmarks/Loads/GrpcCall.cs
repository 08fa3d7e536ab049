using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Jumpgate.Testing;

namespace Jumpgate.Benchmarks.Loads;

/// <summary>One unary call from inside a namespace.</summary>
internal static class GrpcCall
{
    private const int Chances = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="lab">The lab.</param>
    /// <param name="from">Short name of the namespace.</param>
    /// <param name="target">Speaks HTTP/2 without TLS.</param>
    /// <param name="path">Service and method.</param>
    /// <param name="header">With the header that the rules ask for.</param>
    /// <returns>Whether it was done: 200, and <c>grpc-status: 0</c> at the end. One that is cut off gets a second and
    /// a third chance: the server, a nginx, may end a call before it has read the message, and a proxy pass that on.
    /// </returns>
    public static async Task<bool> IsDoneAsync(Lab lab, string from, IPEndPoint target, string path, bool header)
    {
        for (var left = Chances; left > 0; left--)
        {
            try
            {
                if (await AskAsync(lab, from, target, path, header))
                {
                    return true;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // Cut off.
            }
        }

        return false;
    }

    private static async Task<bool> AskAsync(Lab lab, string from, IPEndPoint target, string path, bool header)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, stop) =>
            {
                var socket = lab.Run(from, () => new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
                await socket.ConnectAsync(target, stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            Timeout = Patience,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{target}{path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(H2load.EmptyMessage),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (header)
        {
            request.Headers.Add("X-Fleet", "imperial");
        }

        using var response = await client.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        var status = response.TrailingHeaders.TryGetValues("grpc-status", out var values)
            || response.Headers.TryGetValues("grpc-status", out values) ? values.First() : "";
        return response.StatusCode == HttpStatusCode.OK && status == "0";
    }
}
