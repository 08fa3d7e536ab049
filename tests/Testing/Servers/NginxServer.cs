using System.Net;
using System.Net.Sockets;

namespace Jumpgate.Testing;

/// <summary>nginx in a workload of a lab: one worker, in the foreground, its files in a directory of its own.</summary>
public sealed class NginxServer : IAsyncDisposable
{

    private readonly TempDirectory directory;

    private NginxServer(NetnsProcess process, TempDirectory directory)
    {
        Process = process;
        this.directory = directory;
    }

    /// <summary>The master process.</summary>
    public NetnsProcess Process { get; }

    /// <summary>Starts it on both families and waits until it answers.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="workload">Short name.</param>
    /// <param name="port">TCP port.</param>
    /// <param name="serverBlock">Inside <c>server { }</c>, after the listen directives.</param>
    /// <param name="connections">How many it takes at once.</param>
    public static async Task<NginxServer> StartAsync(
        Lab lab, string workload, int port, string serverBlock = "location / { return 200 \"nginx\\n\"; }",
        int connections = 4096)
    {
        ArgumentNullException.ThrowIfNull(lab);
        var directory = new TempDirectory();
        try
        {
            var path = directory.Path;

            // The worker stays root: it has to write below a directory that only we may enter.
            var configuration = directory.Write("nginx.conf", $$"""
                daemon off;
                user root;
                worker_processes 1;
                pid {{path}}/nginx.pid;
                error_log stderr warn;
                events { worker_connections {{connections}}; }
                http {
                    access_log off;
                    keepalive_requests 10000000;
                    client_body_temp_path {{path}}/body;
                    proxy_temp_path {{path}}/proxy;
                    fastcgi_temp_path {{path}}/fastcgi;
                    uwsgi_temp_path {{path}}/uwsgi;
                    scgi_temp_path {{path}}/scgi;
                    server {
                        listen 0.0.0.0:{{port}};
                        listen [::]:{{port}} ipv6only=on;
                        {{serverBlock}}
                    }
                }

                """);
            var process = lab.Start(workload, "nginx", "-e", "stderr", "-p", path, "-c", configuration);
            await process.WaitForPortAsync(new IPEndPoint(IPAddress.IPv6Loopback, port), Wait.Patience);
            return new NginxServer(process, directory);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        directory.Dispose();
    }
}
