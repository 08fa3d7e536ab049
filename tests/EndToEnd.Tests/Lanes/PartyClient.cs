using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Jumpgate.EndToEnd.Tests.Support;
using Jumpgate.Testing;

namespace Jumpgate.EndToEnd.Tests.Lanes;

/// <summary>One request of a client.</summary>
/// <param name="Upload">A file, or null.</param>
internal sealed record PartyRequest(string Method, string Target, string? Upload = null)
{
    public string Text => Upload is null ? $"{Method} {Target}" : $"{Method} {Target} {Upload}";
}

/// <summary>What a client got.</summary>
/// <param name="LocalPort">Tells connections apart.</param>
internal sealed record PartyAnswer(int Status, long Length, string Hash, int LocalPort);

/// <summary>
/// Clients that people really use, in the workload <c>client</c>: requests one after the other, kept alive.
/// </summary>
internal static class PartyClient
{

    public static IReadOnlyList<string> Names { get; } = ["curl", "dotnet", "node", "python"];

    public static Task<IReadOnlyList<PartyAnswer>> RunAsync(
        string client, Scene scene, IPEndPoint server, params PartyRequest[] requests) => client switch
        {
            "curl" => RunCurlAsync(scene, server, requests),
            "dotnet" => RunDotnetAsync(scene, server, requests),
            "node" => RunScriptAsync(scene, server, "node", "client.js", requests),
            _ => RunScriptAsync(scene, server, "/usr/bin/python3", "client.py", requests),
        };

    private static async Task<IReadOnlyList<PartyAnswer>> RunScriptAsync(
        Scene scene, IPEndPoint server, string program, string script, PartyRequest[] requests)
    {
        string[] arguments =
            [Party.Script(script), $"{server.Address}", $"{server.Port}", .. requests.Select(r => r.Text)];
        using var process = scene.Lab.Start("client", program, arguments);
        var lines = await OutputAsync(process);
        return [.. lines.Select(l => l.Split(' ')).Select(w => new PartyAnswer(
            Number(w[0]), long.Parse(w[1], CultureInfo.InvariantCulture), w[2], Number(w[3])))];
    }

    private static async Task<IReadOnlyList<PartyAnswer>> RunCurlAsync(
        Scene scene, IPEndPoint server, PartyRequest[] requests)
    {
        using var directory = new TempDirectory();
        string[] common = ["-s", "-S", "--noproxy", "*", "-w", "%{http_code} %{local_port}\\n"];
        string[] arguments = [.. requests.SelectMany((request, i) => (string[])[
            .. i == 0 ? [] : (string[])["--next"], .. common, "-o", directory.File($"{i}"),
            .. request.Method == "HEAD" ? ["-I"] : request.Upload is { } file
                ? ["-T", file] : (string[])["-X", request.Method],
            $"http://{server}{request.Target}",
        ])];
        using var process = scene.Lab.Start("client", "curl", arguments);
        var lines = await OutputAsync(process);
        return [.. lines.Select(l => l.Split(' ')).Select((w, i) =>
        {
            var body = requests[i].Method == "HEAD" || !File.Exists(directory.File($"{i}"))
                ? [] : File.ReadAllBytes(directory.File($"{i}"));
            return new PartyAnswer(Number(w[0]), body.Length, PartyScene.Hash(body), Number(w[1]));
        })];
    }

    private static async Task<IReadOnlyList<PartyAnswer>> RunDotnetAsync(
        Scene scene, IPEndPoint server, PartyRequest[] requests)
    {
        var port = 0;
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, token) =>
            {
                var socket = scene.InNamespace("client")(
                    () => new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
                await socket.ConnectAsync(server, token);
                port = ((IPEndPoint)socket.LocalEndPoint!).Port;
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler) { Timeout = Wait.Patience };
        var answers = new List<PartyAnswer>();
        foreach (var request in requests)
        {
            await using var upload = request.Upload is null ? null : File.OpenRead(request.Upload);
            using var message =
                new HttpRequestMessage(new HttpMethod(request.Method), $"http://{server}{request.Target}")
                {
                    Content = upload is null ? null : new StreamContent(upload),
                };
            using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
            await using var body = await response.Content.ReadAsStreamAsync();
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[65536];
            var length = 0L;
            for (int count; (count = await body.ReadAsync(buffer)) > 0; length += count)
            {
                digest.AppendData(buffer, 0, count);
            }

            answers.Add(new PartyAnswer(
                (int)response.StatusCode, length, Convert.ToHexStringLower(digest.GetHashAndReset()), port));
        }

        return answers;
    }

    private static async Task<string[]> OutputAsync(NetnsProcess process)
    {
        var code = await process.WaitForExitAsync(Wait.Patience);
        Assert.True(code == 0, process.Captured());
        return process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
