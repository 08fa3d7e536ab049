using System.CommandLine;
using System.Runtime.InteropServices;
using Jumpgate.Agent;
using Jumpgate.Agent.Lanes;
using Jumpgate.Bpf;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Jumpgate.Cli.Commands;

/// <summary>
/// <c>jumpgate agent</c>: runs the agent in the foreground, in the network namespace it is started in.
/// </summary>
internal static class AgentCommand
{
    public static Command Create()
    {
        var workloads = new Option<string>("--workloads") { Description = "The workloads file.", Required = true };
        var policies = new Option<string>("--policies") { Description = "The folder of policies.", Required = true };
        var flows = new Option<uint>("--flow-table-size")
        {
            Description = "Flows the kernel remembers at once.",
            DefaultValueFactory = _ => 262144,
        };
        var lanes = new Option<string>("--lanes")
        {
            Description =
                "Sockets of one node among themselves: off; short-circuit: joined without the stack between them; "
                + "policy: the kernel decides requests too, where it is certain.",
            DefaultValueFactory = _ => LaneModes.Name(LaneMode.Off),
        };
        lanes.AcceptOnlyFromAmong("off", "short-circuit", "policy");
        var kafkaProxy = new Option<string?>("--kafka-proxy-listen")
        {
            Description =
                "Takes Kafka connections from workloads' sidecars at ADDRESS:PORT, one of the node's addresses, "
                + "with PROXY protocol v2; Envoys are told it. Without it, their ports with Kafka rules are closed.",
        };
        var secrets = CommonOptions.Secrets();
        var state = CommonOptions.StateDirectory();
        var socket = CommonOptions.AdminSocket();
        var pins = CommonOptions.PinDirectory();
        var command = new Command("agent", "Runs the agent: attaches to workloads, enforces policy, serves the proxy.")
        {
            workloads, policies, secrets, state, socket, pins, flows, lanes, kafkaProxy,
        };
        var xds = new XdsCommand.AgentOptionSet();
        xds.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(
            new AgentOptions
            {
                WorkloadsFile = parsed.GetRequiredValue(workloads),
                PoliciesDirectory = parsed.GetRequiredValue(policies),
                SecretsDirectory = parsed.GetValue(secrets),
                StateDirectory = parsed.GetRequiredValue(state),
                AdminSocket = parsed.GetRequiredValue(socket),
                PinDirectory = parsed.GetRequiredValue(pins),
                FlowTableSize = parsed.GetValue(flows),
                Lanes = LaneModes.TryParse(parsed.GetValue(lanes), out var mode) ? mode : LaneMode.Off,
                KafkaProxyListen = parsed.GetValue(kafkaProxy),
                ControlPlane = xds.Read(parsed),
            },
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(AgentOptions options, CancellationToken cancellation)
    {
        RunSocketsInline();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var factory = LoggerFactory.Create(b => b.AddSimpleConsole(c =>
        {
            c.SingleLine = true;
            c.TimestampFormat = "HH:mm:ss.fff ";
            c.UseUtcTimestamp = true;
            c.ColorBehavior = Console.IsErrorRedirected ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
        }).Services.Configure<ConsoleLoggerOptions>(c => c.LogToStandardErrorThreshold = LogLevel.Trace));
        try
        {
            await JumpgateAgent.RunAsync(options, factory.CreateLogger("jumpgate"), Console.Out, stop.Token);
            return ExitCode.Success;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Success;
        }
        catch (Exception e) when (ExitCode.Of(e) is not null)
        {
            await Console.Error.WriteLineAsync($"jumpgate: {e.Message}");
            return ExitCode.Of(e)!.Value;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>
    /// A proxy does little for each message: handing it to another thread costs more than the work itself. Read by .NET
    /// when the first socket is used; who sets it outside decides.
    /// </summary>
    private static void RunSocketsInline()
    {
        const string Setting = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
        if (Environment.GetEnvironmentVariable(Setting) is null)
        {
            Environment.SetEnvironmentVariable(Setting, "1");
        }
    }
}
