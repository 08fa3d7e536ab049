using System.Text.Json;
using Jumpgate.Bpf;

namespace Jumpgate.Agent.Sidecars;

/// <summary>Names of what is counted, as reports and metrics write them.</summary>
internal static class SidecarNames
{
    /// <summary>outbound_redirected, and so on.</summary>
    public static string Of(SidecarCount count) => JsonNamingPolicy.SnakeCaseLower.ConvertName(count.ToString());
}
