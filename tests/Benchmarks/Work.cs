using Jumpgate.Benchmarks.Loads;

namespace Jumpgate.Benchmarks;

/// <summary>One piece of work, the same for every peer.</summary>
/// <param name="Name">As <c>--only</c> names it.</param>
/// <param name="Connections">At once.</param>
/// <param name="Rules">HTTP rules in force; the last one allows the request.</param>
internal sealed record Work(string Name, int Connections, int Rules = 1)
{
    public static readonly IReadOnlyList<Work> All =
    [
        new("keep-alive-1", 1),
        new("keep-alive-32", 32),
        new("keep-alive-256", 256),
        new("post-1k", 32) { Script = "wrk.method = 'POST' wrk.body = string.rep('x', 1024)", Path = "/v1/post" },
        new("response-64k", 32) { Path = "/v1/64k" },
        new("rules-100", 32, 100),
        new("rules-10000", 32, 10000),
        new("new-connection", 32) { Script = CloseEach },
    ];

    /// <summary>A new connection for each request.</summary>
    public const string CloseEach = "wrk.headers['Connection'] = 'close'";

    /// <summary>A path for which haproxy needs no server.</summary>
    public const string AnsweredByProxy = "/v1/answered-by-proxy";

    /// <summary>A method of gRPC.</summary>
    public const string Call = "/v1/Hangar/Land";

    public string Path { get; init; } = "/v1/landing";

    public Load Load { get; init; } = Load.Wrk;

    /// <summary>Requests per second over all connections, for h2load; 0: as fast as it goes.</summary>
    public double Rate { get; init; }

    /// <summary>Share of requests that may fail: nginx as a proxy of gRPC answers some calls with 502 where the server,
    /// an nginx too, ends a call before it has read the message.</summary>
    public double Tolerated => Load == Load.Grpc ? 0.02 : 0;

    /// <summary>Lua for wrk.</summary>
    public string Script { get; init; } = "";
}
