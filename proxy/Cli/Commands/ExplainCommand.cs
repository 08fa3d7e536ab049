using System.CommandLine;
using System.Text.Json;
using Jumpgate.Agent.Admin;
using Jumpgate.Agent.Explain;
using Jumpgate.Agent.Policies;
using Jumpgate.Agent.Workloads;
using Jumpgate.Policy;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Workloads;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jumpgate.Cli.Commands;

/// <summary><c>jumpgate policy explain</c>: what would happen, and why. Needs neither root nor an agent.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var workloads = new Option<string>("--workloads") { Description = "The workloads file.", Required = true };
        var policies = new Option<string[]>(
            "--policies")
        { Description = "A policy file or folder; may be given again.", Required = true };
        var from = new Option<string>(
            "--from")
        { Description = "A workload's name, 'host', or an address.", Required = true };
        var to = new Option<string>(
            "--to")
        { Description = "A workload's name, 'host', or an address.", Required = true };
        var port = new Option<ushort>("--port") { Description = "Destination port.", Required = true };
        var protocol =
            new Option<string>("--protocol") { Description = "tcp or udp.", DefaultValueFactory = _ => "tcp" };
        protocol.AcceptOnlyFromAmong("tcp", "udp");
        var request = new Option<string?>("--request") { Description = "An HTTP request: 'METHOD TARGET'." };
        var header = new Option<string[]>("--header")
        {
            Description = "A header of it: 'Name: value'; may be given again. Host is TO:PORT where none is given, and "
                + ":authority over HTTP/2.",
        };
        var kafka = new Option<string?>("--kafka")
        {
            Description =
                "A Kafka request: 'API topic=T client=C version=N group=G txn=X acks=N', API by its Kafka name in any "
                + "case; topic= may be given again, and is * for Metadata of all topics.",
        };
        var http = new Option<string>("--http")
        {
            Description = "The version that the client speaks: 1.1, or 2 with prior knowledge, as gRPC does.",
            DefaultValueFactory = _ => "1.1",
        };
        http.AcceptOnlyFromAmong("1.1", "2");
        var secrets = CommonOptions.Secrets();
        var json = CommonOptions.Json();
        var command = new Command(
            "explain",
            "Judges one connection or request as the proxy does, and says what a client would see: 0 allowed, 1 not, 2 usage.")
        {
            workloads, policies, from, to, port, protocol, request, header, http, kafka, secrets, json,
        };
        command.SetAction(parsed =>
        {
            if (ReadWorkloads(parsed.GetRequiredValue(workloads)) is not { } definitions
                || ReadPolicies(parsed.GetRequiredValue(policies)) is not { } documents)
            {
                return ExitCode.Usage;
            }

            var explainer = new PolicyExplainer(
                definitions, documents.Documents, new SecretFiles(parsed.GetValue(secrets), NullLogger.Instance));
            var answer = explainer.TryAnswer(
                new ExplainQuestion
                {
                    From = parsed.GetRequiredValue(from),
                    To = parsed.GetRequiredValue(to),
                    Port = parsed.GetValue(port),
                    Protocol = parsed.GetValue(protocol) == "udp" ? L4Protocol.Udp : L4Protocol.Tcp,
                    Request = parsed.GetValue(request),
                    IsHttp2 = parsed.GetValue(http) == "2",
                    Kafka = parsed.GetValue(kafka),
                    Headers = parsed.GetValue(header) ?? [],
                },
                out var error);
            if (answer is null)
            {
                Console.Error.WriteLine($"jumpgate: {error}");
                return ExitCode.Usage;
            }

            // Only warnings are left: an error would have ended it above.
            Write(answer with { Warnings = [.. documents.Diagnostics.Select(d => d.ToString())] },
                parsed.GetValue(json));
            return answer.IsAllowed ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static WorkloadDefinition[]? ReadWorkloads(string path)
    {
        var result = WorkloadFiles.Read(path);
        foreach (var diagnostic in result.Diagnostics)
        {
            Console.Error.WriteLine(diagnostic);
        }

        return result.IsValid ? [.. result.Workloads] : null;
    }

    /// <summary>A verdict without a refused document would mislead, so there is none.</summary>
    private static PolicySetResult? ReadPolicies(string[] paths)
    {
        if (PolicyFiles.Read(paths, out var error) is not { } result)
        {
            Console.Error.WriteLine($"jumpgate: {error}");
            return null;
        }

        var errors = result.Diagnostics.Where(d => d.Severity == PolicySeverity.Error).ToList();
        errors.ForEach(d => Console.Error.WriteLine(d));
        return errors.Count == 0 ? result : null;
    }

    private static void Write(ExplainAnswer answer, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(answer, AdminJson.Options));
            return;
        }

        foreach (var warning in answer.Warnings)
        {
            Console.Error.WriteLine(warning);
        }

        Console.WriteLine($"{answer.Verdict}: {answer.Reason}");
        if (answer.Rule is not null)
        {
            Console.WriteLine($"  rule     {answer.Rule}");
        }

        Console.WriteLine(
            $"  from     {answer.From.Name}, identity {answer.From.Identity} ({string.Join(", ", answer.From.Labels)})");
        Console.WriteLine(
            $"  to       {answer.To.Name}, identity {answer.To.Identity} ({string.Join(", ", answer.To.Labels)})");
        Console.WriteLine($"  egress   {answer.Egress}");
        Console.WriteLine($"  ingress  {answer.Ingress}");
        if (answer.Target is not null)
        {
            Console.WriteLine($"  target   {answer.Target}");
        }

        foreach (var topic in answer.Topics)
        {
            Console.WriteLine($"  topic    {topic}");
        }

        if (answer.Client is not null)
        {
            Console.WriteLine($"  client   sees {answer.Client}");
        }

        Console.WriteLine($"  decided  in the {answer.DecidedIn}");
        if (answer.Lane is not null)
        {
            Console.WriteLine($"  in lanes {answer.Lane}");
        }
    }
}
