using System.Globalization;
using Jumpgate.EndToEnd.Tests.Support;

namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>Policies that differ in what nobody asks for, and agree in what the planned requests ask for.</summary>
internal static class IntegrityPolicies
{
    /// <summary>
    /// The turn of three whose port 81 is judged by ports alone: 2 breaks connections now and then, 3 is never.
    /// </summary>
    private static readonly int WithoutHttp =
        Environment.GetEnvironmentVariable("JUMPGATE_INTEGRITY_TOGGLE") == "1" ? 2 : 3;

    /// <param name="turn">Each has another rule; every other allows a path that nobody asks for; some judge no requests
    /// on port 81.</param>
    public static string Server(int turn) => Policies.Server(string.Create(CultureInfo.InvariantCulture, $$"""
        ingress:
          - fromEndpoints: [ { matchLabels: { org: empire } } ]
            toPorts:
              - ports: [ { port: "80", protocol: TCP } ]
                rules:
                  http:
                    - { path: "/v1/.*" }
                    - { path: "/team/.*", headers: [ "X-Team: blue" ] }
                    - { method: GET, path: "/turn/{{turn}}/.*" }
                    - { method: GET, path: "/{{(turn % 2 == 0 ? "flip" : "flop")}}/.*" }
              - ports: [ { port: "81", protocol: TCP } ]
                {{(turn % 3 == WithoutHttp ? "" : "rules: { http: [ {} ] }")}}
        """));

    /// <summary>The sender's own rules: requests are judged by both.</summary>
    public static string Client(int turn) => Policies.Client(string.Create(CultureInfo.InvariantCulture, $$"""
        egress:
          - toEndpoints: [ { matchLabels: { class: server } } ]
            toPorts:
              - ports: [ { port: "80", protocol: TCP }, { port: "81", protocol: TCP } ]
                {{(turn % 2 == 0 ? "" : "rules: { http: [ { path: \"/[a-z].*\" } ] }")}}
        """));
}
