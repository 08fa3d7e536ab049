using System.CommandLine;
using System.Text.Json;
using Jumpgate.Agent.Workloads;
using Jumpgate.EnvoyConfig.Bootstrap;
using Jumpgate.EnvoyConfig.Nodes;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Workloads;

namespace Jumpgate.Cli.Commands;

/// <summary>
/// <c>jumpgate envoy bootstrap</c>: what Envoy, or a gRPC application, is started with. Needs no agent.
/// </summary>
internal static class EnvoyBootstrapCommand
{
    public static Command Create()
    {
        var node = EnvoyCommand.Node();
        var profile = EnvoyCommand.Profile();
        var xds = new Option<string>("--xds")
        {
            Description = "The agent's --xds-listen, as the node reaches it.",
            DefaultValueFactory = _ => "127.0.0.1:18000",
        };
        var ca = new Option<string?>(
            "--ca")
        { Description = "Who signs the agent's certificate, PEM, as a path where the node runs." };
        var certificate = new Option<string?>("--cert") { Description = "The node's certificate, PEM, likewise." };
        var key = new Option<string?>("--key") { Description = "Its key, PEM, likewise." };
        var name = new Option<string?>(
            "--server-name")
        { Description = "The name in the agent's certificate, where it is not --xds's host." };
        var plaintext = new Option<bool>("--plaintext") { Description = "Plaintext xDS beyond loopback." };
        var admin = new Option<ushort>("--admin-port")
        {
            Description = "Envoy's admin interface, on loopback.",
            DefaultValueFactory = _ => 15000,
        };
        var workloads = new Option<string?>("--workloads")
        {
            Description = "The workloads file: for mutual TLS, where its block mtls says the node's certificates are.",
        };
        var command =
            new Command("bootstrap", "Writes what Envoy is started with (YAML), or a gRPC application (JSON).")
        {
            node, profile, xds, ca, certificate, key, name, plaintext, admin, workloads,
        };
        command.SetAction(parsed =>
            Write(parsed.GetRequiredValue(profile), parsed.GetValue(workloads), new BootstrapOptions
            {
                Node = parsed.GetRequiredValue(node),
                Xds = parsed.GetRequiredValue(xds),
                CaFile = parsed.GetValue(ca),
                CertificateFile = parsed.GetValue(certificate),
                KeyFile = parsed.GetValue(key),
                ServerName = parsed.GetValue(name),
                AllowPlaintext = parsed.GetValue(plaintext),
                AdminPort = parsed.GetValue(admin),
            }));
        return command;
    }

    private static int Write(string profile, string? workloads, BootstrapOptions options)
    {
        if (options.Error() is { } error)
        {
            Console.Error.WriteLine($"jumpgate: {error}");
            return ExitCode.Usage;
        }

        if (workloads is not null)
        {
            if (TlsOf(workloads, options.Node, profile, out var tls) is { Length: > 0 } problems)
            {
                Array.ForEach(problems, p => Console.Error.WriteLine($"jumpgate: {p}"));
                return ExitCode.Usage;
            }

            options = options with { Tls = tls };
        }

        if (profile == "grpc")
        {
            Console.WriteLine(
                GrpcBootstrap.Create(options).ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
            return ExitCode.Success;
        }

        Console.WriteLine(
            $"# Envoy beside the workload {options.Node}: all but this comes from the agent at {options.Xds}.");
        Console.WriteLine(
            "# envoy -c FILE --drain-time-s 5 --drain-strategy immediate   (connections that a change of policy no longer allows)");
        Console.Write(YamlText.Write(ResourceJson.Untyped(EnvoyBootstrap.Create(options))));
        return ExitCode.Success;
    }

    /// <returns>What is wrong; empty where nothing is.</returns>
    private static string[] TlsOf(string file, string node, string profile, out WorkloadTls? tls)
    {
        var read = WorkloadFiles.Read(file);
        var workload = read.Workloads.FirstOrDefault(w => w.Name == node);
        tls = workload?.Tls;
        return !read.IsValid
            ? [.. read.Diagnostics.Where(d => d.Severity == PolicySeverity.Error).Select(d => d.ToString())]
            : workload is null ? [$"{file} has no workload '{node}'; give a name from there as --node"]
            : profile == "grpc" && tls is { Files: null }
                ? [$"{file}: mtls has no files, and gRPC applications read certificates from nothing else; with SPIRE, let its spiffe-helper "
                    + "write them, and name them under mtls.files"]
            : [];
    }
}
