using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Jumpgate.Bpf;
using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Agent.Flows;

/// <summary>
/// Puts requests that the kernel decided together with their responses. For the thread that reads events.
/// </summary>
internal sealed class LaneRequests(FlowRecords records, Func<uint, RuleReference?> rules)
{
    private const int Kept = 4096;

    private readonly Dictionary<(ulong Client, uint Number), (string Method, string Target)> _open = [];

    /// <summary>A record where this is the response to a request that was told of.</summary>
    public FlowRecord? From(LaneEvent told)
    {
        var key = (told.Client, told.Number);
        if (told.Event.Type == EventType.Request)
        {
            if (_open.Count == Kept)
            {
                // Their responses were relayed by the proxy, or not told of.
                _open.Clear();
            }

            _open[key] = Read(told);
            return null;
        }

        return _open.Remove(key, out var request)
            ? records.From(told, request.Method, request.Target, rules(told.Rule))
            : null;
    }

    private static (string Method, string Target) Read(in LaneEvent told)
    {
        var line = Encoding.Latin1.GetString(((ReadOnlySpan<byte>)told.Line)[..(int)told.LineLength]).Split("\r\n")[0];
        var words = line.Split(' ');
        return (words[0], words.Length == 3 ? words[1] : line[(words[0].Length + 1)..] + "...");
    }
}
