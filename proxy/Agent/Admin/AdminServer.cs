using System.Text.Json;
using Jumpgate.Agent.Flows;
using Jumpgate.Agent.Lanes;
using Jumpgate.Agent.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Admin;

/// <summary>HTTP on a Unix socket for root only: reports, the flow of events, metrics.</summary>
internal sealed class AdminServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _path;

    private AdminServer(WebApplication app, string path)
    {
        _app = app;
        _path = path;
    }

    /// <param name="path">As <see cref="AdminSocket.Claim"/> gave it.</param>
    public static async Task<AdminServer> StartAsync(
        string path, AdminReports reports, LaneReports lanes, XdsReports xds, EnvoyReports envoy, FlowLog log,
        PrometheusText metrics, CancellationToken stopping)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseSockets(s => s.CreateBoundListenSocket = _ => AdminSocket.Bind(path));
        builder.WebHost.ConfigureKestrel(k => k.ListenUnixSocket(path));
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o =>
            o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var app = builder.Build();
        app.MapGet("/v1/status", () => Json(Status(reports.Status(), lanes, envoy)));
        app.MapGet("/v1/endpoints", () => Json(reports.Endpoints()));
        app.MapGet("/v1/identities", () => Json(reports.Identities()));
        app.MapGet("/v1/policies", () => Json(reports.Policies()));
        app.MapGet("/v1/bpf", () => Json(reports.Bpf()));
        app.MapGet("/v1/lanes", () => Json(lanes.List()));
        app.MapPut("/v1/lanes/mode/{mode}", (string mode) => SetLanes(lanes, mode));
        app.MapGet("/v1/sidecars", () => Json(reports.Sidecars()));
        app.MapGet("/v1/xds", () => Json(xds.Report()));
        app.MapGet("/v1/envoy/config", (string node, string? profile, string? policies) =>
            Answer(envoy.Config(node, profile, policies, out var error), error));
        app.MapGet("/v1/envoy/acknowledged", (string node) => Answer(envoy.Acknowledged(node, out var error), error));
        app.MapGet("/metrics", () => Results.Text(metrics.Write(), "text/plain; version=0.0.4"));
        app.MapGet("/v1/events", (HttpContext context, int? last, bool? follow) =>
            StreamEventsAsync(context, log, last ?? 0, follow ?? false, stopping));
        await app.StartAsync(stopping);
        return new AdminServer(app, path);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        File.Delete(_path);
    }

    private static StatusReport Status(StatusReport status, LaneReports lanes, EnvoyReports envoy) => status with
    {
        Lanes = lanes.Summary(),
        Problems = [.. status.Problems, .. envoy.Failures],
    };

    private static IResult SetLanes(LaneReports lanes, string text) =>
        !LaneModes.TryParse(text, out var mode) ? Results.BadRequest($"no such mode: {text}")
            : lanes.TrySet(mode) ? Results.Ok()
            : Results.Conflict("this node has no lanes; 'jumpgate lanes list' says why");

    /// <summary>A question that makes no sense here is 400 with the reason as text.</summary>
    private static IResult Answer<T>(T? value, string? error) =>
        value is null ? Results.BadRequest(error) : Json(value);

    private static IResult Json<T>(T value) => Results.Json(value, AdminJson.Options);

    private static async Task StreamEventsAsync(
        HttpContext context, FlowLog log, int last, bool follow, CancellationToken stopping)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "application/x-ndjson";
        var body = context.Response.Body;
        if (!follow)
        {
            foreach (var record in log.Recent(last))
            {
                await WriteAsync(record, context.RequestAborted);
            }

            return;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        using var subscription = log.Follow(last, out var recent);
        try
        {
            await body.FlushAsync(ended.Token);
            foreach (var record in recent)
            {
                await WriteAsync(record, ended.Token);
            }

            await foreach (var record in subscription.Reader.ReadAllAsync(ended.Token))
            {
                await WriteAsync(record, ended.Token);
                if (subscription.TakeLost() is > 0 and var lost)
                {
                    await WriteAsync(new { lost_events = lost }, ended.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The follower has gone, or the agent stops.
        }

        async Task WriteAsync<T>(T value, CancellationToken token)
        {
            await JsonSerializer.SerializeAsync(body, value, AdminJson.Options, token);
            await body.WriteAsync("\n"u8.ToArray(), token);
            await body.FlushAsync(token);
        }
    }
}
