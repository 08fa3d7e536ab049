using System.Globalization;
using System.Text;
using Jumpgate.Benchmarks.Loads;

namespace Jumpgate.Benchmarks;

/// <summary>
/// The same rules for everybody: method, path and one header; the rule that allows the work comes last. As many workers
/// as the agent has threads that serve sockets would favour none: proxies get one worker for each of the two
/// processors.
/// </summary>
internal static class PeerFiles
{
    private const int Workers = 2;

    /// <summary>What the server lets in.</summary>
    /// <param name="work">For its rules.</param>
    /// <param name="from">Of whom: one entry of <c>ingress</c>.</param>
    public static string Policy(Work work, string from = "fromEndpoints: [{ matchLabels: { class: client } }]") =>
        Policy("server", "ingress", from, work);

    /// <summary>The same for what the client lets out, and for what the server lets in.</summary>
    public static string PolicyOnBothSides(Work work) =>
        $"{Policy(work)}---\n{Policy("client", "egress", "toEndpoints: [{ matchLabels: { class: server } }]", work)}";

    private static string Policy(string subject, string direction, string others, Work work)
    {
        var text = new StringBuilder($$"""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: { name: bench-{{subject}} }
            spec:
              endpointSelector: { matchLabels: { class: {{subject}} } }
              {{direction}}:
                - {{others}}
                  toPorts:
                    - ports: [{ port: "80", protocol: TCP }, { port: "{{BenchLab.GrpcPort}}", protocol: TCP }]
                      rules:
                        http:

            """);
        for (var rule = 1; rule < work.Rules; rule++)
        {
            text.Append(
                CultureInfo.InvariantCulture, $"              - {{ method: GET, path: \"/v1/service-{rule}/.*\" }}\n");
        }

        return text.Append(
            "              - { method: \"GET|POST\", path: \"/v1/.*\", headers: [\"X-Fleet: imperial\"] }\n")
            .ToString();
    }

    /// <param name="directory">It may write there.</param>
    /// <param name="server">Address and port.</param>
    /// <param name="work">For its rules and its protocol.</param>
    /// <param name="port">To listen on.</param>
    /// <param name="user">Of its workers.</param>
    public static string Nginx(string directory, string server, Work work, int port, string user = "root")
    {
        var isGrpc = work.Load == Load.Grpc;
        var pass = isGrpc ? "grpc_pass grpc://backend;" : """
            proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_pass http://backend;
            """;
        var locations = new StringBuilder();
        for (var rule = 1; rule < work.Rules; rule++)
        {
            locations.Append(CultureInfo.InvariantCulture, $"location ~ ^/v1/service-{rule}/.*$ {{ return 403; }}\n");
        }

        return $$"""
            daemon off;
            user {{user}};
            worker_processes {{Workers}};
            pid {{directory}}/nginx.pid;
            error_log stderr crit;
            events { worker_connections 8192; }
            http {
                access_log off;
                keepalive_requests 1000000000;
                client_body_temp_path {{directory}}/body;
                proxy_temp_path {{directory}}/proxy;
                fastcgi_temp_path {{directory}}/fastcgi;
                uwsgi_temp_path {{directory}}/uwsgi;
                scgi_temp_path {{directory}}/scgi;
                upstream backend { server {{server}}; keepalive 512; keepalive_requests 1000000000; }
                server {
                    listen {{port}}{{(isGrpc ? " http2" : "")}} backlog=4096;
                    location / { return 403; }
                    {{locations}}
                    location ~ ^/v1/.*$ {
                        limit_except GET POST { deny all; }
                        if ($http_x_fleet != imperial) { return 403; }
                        {{pass}}
                    }
                }
            }

            """;
    }

    /// <param name="server">Address and port.</param>
    /// <param name="work">For its rules and its protocol.</param>
    /// <param name="bind">As its <c>bind</c> has it.</param>
    /// <param name="more">Further lines for <c>global</c>.</param>
    public static string Haproxy(string server, Work work, string bind, string more = "")
    {
        var protocol = work.Load == Load.Grpc ? " proto h2" : "";
        var rules = new StringBuilder();
        for (var rule = 1; rule < work.Rules; rule++)
        {
            rules.Append(
                CultureInfo.InvariantCulture, $"  http-request deny if {{ path_reg ^/v1/service-{rule}/.*$ }}\n");
        }

        return $$"""
            global
              nbthread {{Workers}}
              maxconn 4000
              {{more}}
            defaults
              mode http
              timeout client 1h
              timeout server 1h
              timeout connect 5s
            frontend bench
              bind {{bind}}{{protocol}}
              acl method_ok method GET POST
              acl path_ok path_reg ^/v1/.*$
              acl fleet_ok req.hdr(X-Fleet) imperial
            {{rules}}  http-request deny unless method_ok path_ok fleet_ok
              acl answered path {{Work.AnsweredByProxy}}
              http-request return status 200 content-type text/plain string "Ship landed" if answered
              default_backend servers
            backend servers
              http-reuse always
              server one {{server}}{{protocol}}

            """;
    }
}
