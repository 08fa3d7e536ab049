namespace Jumpgate.Bpf.Netlink;

/// <summary>Message types, flags and attributes of rtnetlink(7): <c>linux/rtnetlink.h</c> and neighbours.</summary>
internal static class RouteMessages
{
    public const ushort Error = 2;
    public const ushort Done = 3;

    public const ushort NewLink = 16;
    public const ushort DeleteLink = 17;
    public const ushort GetLink = 18;
    public const ushort NewAddress = 20;
    public const ushort DeleteAddress = 21;
    public const ushort GetAddress = 22;
    public const ushort NewRoute = 24;
    public const ushort DeleteRoute = 25;
    public const ushort GetRoute = 26;
    public const ushort NewRule = 32;
    public const ushort DeleteRule = 33;
    public const ushort GetRule = 34;
    public const ushort NewNamespaceId = 88;
    public const ushort GetNamespaceId = 90;

    public const ushort FlagRequest = 0x1;
    public const ushort FlagAck = 0x4;
    public const ushort FlagDumpInterrupted = 0x10;
    public const ushort FlagDump = 0x300;
    public const ushort FlagExclusive = 0x200;
    public const ushort FlagCreate = 0x400;
    public const ushort FlagCapped = 0x100;
    public const ushort FlagAckAttributes = 0x200;

    public const uint GroupLink = 0x1;
    public const uint GroupIPv4Address = 0x10;
    public const uint GroupIPv6Address = 0x100;

    public const byte FamilyIPv4 = 2;
    public const byte FamilyIPv6 = 10;

    public const ushort ErrorText = 1;

    public static class Link
    {
        public const ushort Address = 1;
        public const ushort Name = 3;
        public const ushort Mtu = 4;
        public const ushort Peer = 5;
        public const ushort Master = 10;
        public const ushort Info = 18;
        public const ushort InfoKind = 1;
        public const ushort ExtendedMask = 29;
        public const ushort NamespaceId = 37;

        /// <summary>RTEXT_FILTER_SKIP_STATS: most of a link message is counters, and nobody here reads them.</summary>
        public const uint SkipStatistics = 8;
    }

    public static class Address
    {
        public const ushort Prefix = 1;
        public const ushort Local = 2;
        public const ushort Flags = 8;
    }

    public static class Route
    {
        public const ushort OutInterface = 4;
        public const ushort Gateway = 5;
        public const ushort Table = 15;
        public const byte TypeLocal = 2;
        public const byte ScopeHost = 254;
        public const byte ScopeUniverse = 0;
    }

    public static class Rule
    {
        public const ushort Destination = 1;
        public const ushort Source = 2;
        public const ushort InInterface = 3;
        public const ushort Priority = 6;
        public const ushort Mark = 10;
        public const ushort TunnelId = 12;
        public const ushort Table = 15;
        public const ushort MarkMask = 16;
        public const ushort OutInterface = 17;
        public const ushort LayerThreeMaster = 19;
        public const ushort UserRange = 20;
        public const ushort Protocol = 21;
        public const ushort TransportProtocol = 22;
        public const ushort SourcePorts = 23;
        public const ushort DestinationPorts = 24;
        public const byte ActionToTable = 1;
        public const uint FlagInvert = 2;
    }

    public static class NamespaceId
    {
        public const ushort Id = 1;
        public const ushort Descriptor = 3;
    }
}
