using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Jumpgate.Agent.Admin;

namespace Jumpgate.Cli.Commands;

/// <summary>The lists: <c>endpoint list</c>, <c>identity list</c>, <c>policy list</c>, <c>bpf list</c>.</summary>
internal static class ReportCommands
{
    public static Command Endpoint() => new("endpoint", "Workloads on this node.")
    {
        List<List<EndpointReport>>("Lists workloads, their identities and interfaces.", "v1/endpoints", endpoints =>
            Table.Write(
            Console.Out,
            ["NAME", "IDENTITY", "STATE", "INTERFACE", "ADDRESSES", "LABELS"],
            endpoints.Select(e => (IReadOnlyList<string>)[
                e.Name, e.Identity?.ToString(CultureInfo.InvariantCulture) ?? "-", e.Reason is null
                    ? e.State : $"{e.State}: {e.Reason}",
                e.Interface ?? "-", string.Join(',', e.Addresses), string.Join(',', e.Labels)]))),
    };

    public static Command Identity() => new("identity", "Security identities.")
    {
        List<List<IdentityReport>>("Lists identities and their labels.", "v1/identities", identities => Table.Write(
            Console.Out,
            ["IDENTITY", "LABELS", "WORKLOADS"],
            identities.Select(i => (IReadOnlyList<string>)[
                i.Identity.ToString(CultureInfo.InvariantCulture), string.Join(',', i.Labels),
                    string.Join(',', i.Workloads)]))),
    };

    public static Command PolicyList() =>
        List<PolicyListReport>("Lists policies in force and errors in others.", "v1/policies", report =>
    {
        Table.Write(
            Console.Out,
            ["NAME", "STATE", "RULES", "KIND", "FILE"],
            report.Policies.Select(p => (IReadOnlyList<string>)[
                p.Name, p.State, p.Rules.ToString(CultureInfo.InvariantCulture), p.Kind, $"{p.File}:{p.Line}"]));
        foreach (var diagnostic in report.Diagnostics)
        {
            Console.WriteLine(diagnostic);
        }
    });

    public static Command Bpf() => new("bpf", "The kernel side.")
    {
        List<BpfReport>("Lists programs, maps and attachments.", "v1/bpf", report =>
        {
            Table.Write(Console.Out, ["PROGRAM", "ID", "TAG"], report.Programs.Select(p => (IReadOnlyList<string>)[
                p.Name, p.Id.ToString(CultureInfo.InvariantCulture), p.Tag]));
            Console.WriteLine();
            Table.Write(Console.Out, ["MAP", "TYPE", "ID", "ENTRIES"], report.Maps.Select(m => (IReadOnlyList<string>)[
                m.Name, m.Type, m.Id.ToString(CultureInfo.InvariantCulture), $"{m.UsedEntries}/{m.MaxEntries}"]));
            Console.WriteLine();
            Table.Write(
                Console.Out, ["INTERFACE", "INGRESS", "EGRESS"], report.Attachments.Select(a => (IReadOnlyList<string>)[
                a.Ifindex.ToString(CultureInfo.InvariantCulture), a.Ingress ?? "-", a.Egress ?? "-"]));
        }),
    };

    public static Command List<T>(string description, string path, Action<T> write, string name = "list")
    {
        var socket = CommonOptions.AdminSocket();
        var json = CommonOptions.Json();
        var command = new Command(name, description) { socket, json };
        command.SetAction((parsed, cancellation) =>
            AdminCommand.RunAsync(parsed.GetRequiredValue(socket), async client =>
        {
            var report = await client.GetAsync<T>(path, cancellation);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(report, AdminJson.Options));
            }
            else
            {
                write(report);
            }

            return ExitCode.Success;
        }));
        return command;
    }
}
