using System.Text;
using Jumpgate.Agent.Lanes;
using Jumpgate.Policy.Snapshots;
using Jumpgate.Sockmap.Automata;
using Xunit.Abstractions;

namespace Jumpgate.Sockmap.Tests.Automata;

/// <summary>
/// The one invariant, hunted: where the kernel's table says "allow", the proxy would have forwarded the very same bytes
/// for the same rule. JUMPGATE_FUZZ_POLICIES runs it longer.
/// </summary>
public sealed class InvariantTests(ITestOutputHelper output)
{
    private const int RequestsPerPolicy = 300;

    private static int Policies =>
        int.TryParse(Environment.GetEnvironmentVariable("JUMPGATE_FUZZ_POLICIES"), out var count) ? count : 400;

    [Fact]
    public void Walk_RandomRulesAndRequests_NeverAllowsWhatTheProxyDoesNot()
    {
        var seed = Environment.TickCount;
        var (checkedCases, forwarded, allowed, failure) = Hunt(seed, table => table);

        output.WriteLine(
            $"seed {seed}: {checkedCases} cases, {forwarded} forwarded by the proxy, {allowed} by the kernel");
        Assert.True(failure is null, $"seed {seed}: {failure}");
        Assert.True(allowed > forwarded * 3 / 10, $"seed {seed}: {allowed} of {forwarded}: the hunt proves nothing");
    }

    /// <summary>The hunt itself is hunted: each defect is planted in the finished table, and found.</summary>
    [Theory]
    [InlineData("once")]
    [InlineData("facts")]
    [InlineData("edges")]
    [InlineData("plains")]
    [InlineData("alternatives")]
    public void Walk_PlantedDefect_IsFound(string defect)
    {
        var (checkedCases, _, _, failure) = Hunt(20261121, table => Plant(table, defect));

        Assert.True(failure is not null, $"{defect}: not found in {checkedCases} cases");
    }

    private static (int Cases, int Forwarded, int Allowed, string? Failure) Hunt(int seed, Func<byte[], byte[]> change)
    {
        var random = new Random(seed);
        var rules = new RandomRules(random);
        var requests = new RandomRequests(random);
        int cases = 0, forwarded = 0, allowed = 0;
        for (var i = 0; i < Policies; i++)
        {
            var policy = rules.Next();
            var table = RuleSetCompiler.Compile(policy).Bytes;
            if (table is null)
            {
                continue;
            }

            table = change(table);
            for (var j = 0; j < RequestsPerPolicy; j++, cases++)
            {
                var request = requests.Next();
                var proxy = ProxyReading.Read(policy, request);
                var kernel = AutomatonWalker.Walk(table, request);
                forwarded += proxy is null ? 0 : 1;
                allowed += kernel.IsAllowed ? 1 : 0;
                if (kernel.IsAllowed && !IsSame(policy, kernel, proxy))
                {
                    return (cases, forwarded, allowed, $"{kernel} but {proxy?.ToString() ?? "not forwarded"}: " +
                        Encoding.Latin1.GetString(request).Replace("\r", "\\r", StringComparison.Ordinal)
                            .Replace("\n", "\\n", StringComparison.Ordinal));
                }
            }
        }

        return (cases, forwarded, allowed, null);
    }

    private static bool IsSame(ConnectionPolicy policy, HeadVerdict kernel, ProxyReading? proxy) =>
        proxy is not null && proxy.HeadLength == kernel.HeadLength && proxy.BodyLength == kernel.BodyLength
        && RuleOf(policy, kernel) == proxy.Rule;

    /// <summary>The receiver's rule is named, the sender's where the receiver has none.</summary>
    private static RuleReference? RuleOf(ConnectionPolicy policy, HeadVerdict kernel)
    {
        var egress = policy.Egress.Http?.Rules ?? [];
        var ingress = policy.Ingress.Http?.Rules ?? [];
        var egressCount = policy.Egress.Http is { Unmatched: Policy.Http.HttpVerdict.Allowed }
            ? egress.Length + 1 : egress.Length;
        var opening = RandomRules.Reference(99);
        return policy.Ingress.Http is null
            ? kernel.EgressRule < egress.Length ? egress[(int)kernel.EgressRule].Reference : opening
            : (int)kernel.IngressRule - egressCount < ingress.Length
                ? ingress[(int)kernel.IngressRule - egressCount].Reference
                : opening;
    }

    private static byte[] Plant(byte[] table, string defect)
    {
        var copy = (byte[])table.Clone();
        TableDefects.Plant(copy, defect);
        return copy;
    }
}
