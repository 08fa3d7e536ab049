using System.Globalization;
using System.Text;

namespace Jumpgate.Benchmarks;

/// <summary>
/// The same rules for everybody: method, path and one header; the rule that allows the work comes last. As many workers as
/// the agent has threads that serve sockets would favour none: proxies get one worker for each of the two processors.
/// </summary>
internal static class PeerFiles
{
    private const int Workers = 2;

    public static string Policy(Work work)
    {
        var text = new StringBuilder("""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: { name: bench }
            spec:
              endpointSelector: { matchLabels: { class: server } }
              ingress:
                - fromEndpoints: [{ matchLabels: { class: client } }]
                  toPorts:
                    - ports: [{ port: "80", protocol: TCP }]
                      rules:
                        http:

            """);
        for (var rule = 1; rule < work.Rules; rule++)
        {
            text.Append(CultureInfo.InvariantCulture, $"              - {{ method: GET, path: \"/v1/service-{rule}/.*\" }}\n");
        }

        return text.Append("              - { method: \"GET|POST\", path: \"/v1/.*\", headers: [\"X-Fleet: imperial\"] }\n")
            .ToString();
    }

    public static string Nginx(string directory, string server, Work work, int port)
    {
        var locations = new StringBuilder();
        for (var rule = 1; rule < work.Rules; rule++)
        {
            locations.Append(CultureInfo.InvariantCulture, $"location ~ ^/v1/service-{rule}/.*$ {{ return 403; }}\n");
        }

        return $$"""
            daemon off;
            user root;
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
                upstream backend { server {{server}}:80; keepalive 512; keepalive_requests 1000000000; }
                server {
                    listen {{port}} backlog=4096;
                    location / { return 403; }
                    {{locations}}
                    location ~ ^/v1/.*$ {
                        limit_except GET POST { deny all; }
                        if ($http_x_fleet != imperial) { return 403; }
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_pass http://backend;
                    }
                }
            }

            """;
    }

    public static string Haproxy(string server, Work work, int port)
    {
        var rules = new StringBuilder();
        for (var rule = 1; rule < work.Rules; rule++)
        {
            rules.Append(CultureInfo.InvariantCulture, $"  http-request deny if {{ path_reg ^/v1/service-{rule}/.*$ }}\n");
        }

        return $$"""
            global
              nbthread {{Workers}}
              maxconn 4000
            defaults
              mode http
              timeout client 1h
              timeout server 1h
              timeout connect 5s
            frontend bench
              bind :{{port}}
              acl method_ok method GET POST
              acl path_ok path_reg ^/v1/.*$
              acl fleet_ok req.hdr(X-Fleet) imperial
            {{rules}}  http-request deny unless method_ok path_ok fleet_ok
              default_backend servers
            backend servers
              http-reuse always
              server one {{server}}:80

            """;
    }
}
