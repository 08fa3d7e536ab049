using System.CommandLine;
using System.Globalization;
using Jumpgate.Agent.Admin;
using Jumpgate.Agent.ControlPlane;

namespace Jumpgate.Cli.Commands;

/// <summary><c>jumpgate xds status</c>, and the agent's options for xDS.</summary>
internal static class XdsCommand
{
    public static Command Create() => new("xds", "The control plane for Envoy and gRPC applications.")
    {
        ReportCommands.List<XdsReport>(
            "Shows nodes, what they have accepted, and what they refused.", "v1/xds", Write, "status"),
    };

    private static void Write(XdsReport report)
    {
        if (report.Listen is null)
        {
            Console.WriteLine("xDS is not served; start the agent with --xds-listen ADDRESS:PORT");
            return;
        }

        Console.WriteLine(
            $"xDS at {report.Listen}, {report.Groups.Count} groups with a configuration, {report.Nodes.Count} streams");
        Console.WriteLine();
        Table.Write(
            Console.Out,
            ["NODE", "CLIENT", "PEER", "TYPE", "STATE", "RESOURCES", "ACKED", "REFUSED", "LAST ERROR"],
            report.Nodes.SelectMany(n => n.Types.Select(t => (IReadOnlyList<string>)[
                n.Node, n.UserAgent.Length > 0 ? n.UserAgent : "-", n.Peer, $"{t.Type} {n.Protocol}", t.State,
                t.Resources.ToString(CultureInfo.InvariantCulture), t.AckedVersion ?? "-",
                t.Rejections.ToString(CultureInfo.InvariantCulture),
                t.LastError is null ? "-" : $"{t.LastErrorVersion}: {t.LastError}"])));
    }

    /// <summary>The agent's options for its control plane.</summary>
    internal sealed class AgentOptionSet
    {
        private readonly Option<string?> _listen = new("--xds-listen")
        {
            Description = "Serves xDS at ADDRESS:PORT; plaintext on loopback, elsewhere with certificates.",
        };

        private readonly Option<string?> _certificate =
            new("--xds-cert") { Description = "The xDS server's certificate, PEM." };
        private readonly Option<string?> _key = new("--xds-key") { Description = "Its key, PEM." };

        private readonly Option<string?> _clientCa = new("--xds-client-ca")
        {
            Description = "Who signs nodes' certificates, PEM: a node then is who its certificate names.",
        };

        private readonly Option<string?> _trustDomain = new("--xds-trust-domain")
        {
            Description = "A certificate for spiffe://DOMAIN/node/ID speaks as node ID.",
        };

        private readonly Option<bool> _plaintext = new("--xds-plaintext")
        {
            Description = "Plaintext xDS beyond loopback: everybody is who he says he is.",
        };

        public void AddTo(Command command)
        {
            foreach (var option in new Option[] { _listen, _certificate, _key, _clientCa, _trustDomain, _plaintext })
            {
                command.Options.Add(option);
            }
        }

        /// <returns>Null when xDS is not asked for.</returns>
        public ControlPlaneOptions? Read(ParseResult parsed) =>
            parsed.GetValue(_listen) is not { } listen ? null : new ControlPlaneOptions
            {
                Listen = listen,
                CertificateFile = parsed.GetValue(_certificate),
                KeyFile = parsed.GetValue(_key),
                ClientCaFile = parsed.GetValue(_clientCa),
                TrustDomain = parsed.GetValue(_trustDomain),
                AllowPlaintext = parsed.GetValue(_plaintext),
            };
    }
}
