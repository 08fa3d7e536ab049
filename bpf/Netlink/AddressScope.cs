namespace Jumpgate.Bpf.Netlink;

/// <summary>How far an address is valid (rtm_scope of rtnetlink(7)). Other values are site-defined.</summary>
public enum AddressScope
{
    /// <summary>Everywhere: "global" in ip(8).</summary>
    Global = 0,

    /// <summary>Within the site.</summary>
    Site = 200,

    /// <summary>On this link only.</summary>
    Link = 253,

    /// <summary>On this host only.</summary>
    Host = 254,
}
