using System.Globalization;
using System.Text;

namespace Jumpgate.Benchmarks.Tables;

/// <summary>A policy document with one rule for each of any number of addresses.</summary>
internal static class IdentityPolicy
{
    /// <summary>More do not go into one file.</summary>
    public const int MostIdentities = 25_000;

    public static string Create(int identities, ushort port)
    {
        var text = new StringBuilder("""
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: { name: bench }
            spec:
              endpointSelector: { matchLabels: { class: server } }
              ingress:

            """);
        for (var number = 0; number < identities; number++)
        {
            text.Append(CultureInfo.InvariantCulture, $"    - {{ fromCIDR: [{TableImages.Peer(number)}/32], toPorts: ")
                .Append(CultureInfo.InvariantCulture, $"[{{ ports: [{{ port: \"{port}\", protocol: TCP }}] }}] }}\n");
        }

        return text.ToString();
    }
}
