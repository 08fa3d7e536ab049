using Jumpgate.Agent.Lanes;
using Jumpgate.Policy.Http;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Sockmap.Automata;

namespace Jumpgate.Agent.Explain;

/// <summary>Whether the kernel would decide a request, by the table that it would walk.</summary>
internal static class LaneExplanation
{
    public static string Of(in HttpExplanation explained, ConnectionPolicy policy)
    {
        if (explained.Head is not { } head)
        {
            return "proxy: only HTTP/1.1 that parses is decided in the kernel";
        }

        if (explained.Decision.Verdict != HttpVerdict.Allowed)
        {
            return "proxy: the kernel only ever allows";
        }

        var table = RuleSetCompiler.Compile(policy);
        return table.Bytes is null ? $"proxy: {table.Reason}"
            : AutomatonWalker.Walk(table.Bytes, head).IsAllowed ? "kernel"
            : $"proxy: {table.Reason ?? "the kernel is not certain of this head, or of a rule that it might match"}";
    }
}
