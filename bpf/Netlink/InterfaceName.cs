namespace Jumpgate.Bpf.Netlink;

/// <summary>What the kernel accepts as an interface name (dev_valid_name): none can leave its directory.</summary>
internal static class InterfaceName
{
    private const int MaximumLength = 15;

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaximumLength
        && name is not ("." or "..")
        && !name.Any(c => c is '/' or ':' || c <= ' ' || c > '~');
}
