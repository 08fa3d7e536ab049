using System.CommandLine;
using Jumpgate.Agent.Policies;
using Jumpgate.Policy.Documents;

namespace Jumpgate.Cli.Commands;

/// <summary><c>jumpgate policy validate | explain | list</c>.</summary>
internal static class PolicyCommands
{
    public static Command Create() => new("policy", "Policies: check, explain, list.")
    {
        Validate(),
        ExplainCommand.Create(),
        ReportCommands.PolicyList(),
    };

    private static Command Validate()
    {
        var paths = new Argument<string[]>("FILE|DIR")
        {
            Description = "Policy files, or folders of them.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("validate", "Checks policy files: 0 valid, 1 invalid, 2 usage.") { paths };
        command.SetAction(parsed =>
        {
            if (PolicyFiles.Read(parsed.GetRequiredValue(paths), out var error) is not { } result)
            {
                Console.Error.WriteLine($"jumpgate: {error}");
                return ExitCode.Usage;
            }

            foreach (var diagnostic in result.Diagnostics)
            {
                Console.WriteLine(diagnostic);
            }

            var errors = result.Diagnostics.Count(d => d.Severity == PolicySeverity.Error);
            Console.WriteLine(
                $"{result.Documents.Length} valid, {errors} errors, {result.Diagnostics.Length - errors} warnings");
            return errors == 0 ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }
}
