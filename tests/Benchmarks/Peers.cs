namespace Jumpgate.Benchmarks;

/// <summary>Who is measured.</summary>
internal static class Peers
{
    public const string Straight = "straight";
    public const string Nginx = "nginx";
    public const string Haproxy = "haproxy";
    public const string UserSpace = "jumpgate-off";
    public const string ShortCircuit = "jumpgate-short-circuit";
    public const string Lanes = "jumpgate-lanes";

    public static readonly IReadOnlyList<string> All = [Straight, Nginx, Haproxy, UserSpace, ShortCircuit, Lanes];

    public static string LaneMode(string peer) => peer switch
    {
        Lanes => "policy",
        ShortCircuit => "short-circuit",
        _ => "off",
    };
}
