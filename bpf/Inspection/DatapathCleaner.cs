namespace Jumpgate.Bpf;

/// <summary>Leaves the machine as it was before the first agent.</summary>
internal static class DatapathCleaner
{
    internal static CleanupReport Clean(string pinDirectory)
    {
        using var pins = PinDirectory.TryOpen(pinDirectory);
        using var ledgerMap = pins is null
            ? null
            : BpfMap.OpenPin(AttachmentLedger.Name, pins.PathOf(AttachmentLedger.Name));
        var ledger = ledgerMap is null ? null : new AttachmentLedger(ledgerMap);

        // Filters are looked for everywhere, ledger or not: a lost pin must not leave a program behind.
        int interfaces = 0, qdiscs = 0;
        foreach (var ifindex in Interfaces.Read().Keys)
        {
            var found = InterfaceAttacher.Detach(ifindex, TcHook.Ingress);
            found |= InterfaceAttacher.Detach(ifindex, TcHook.Egress);
            interfaces += found ? 1 : 0;
            qdiscs += ledger?.Release(ifindex) == true ? 1 : 0;
        }

        ledger?.Prune();
        var elsewhere = ledger?.CountElsewhere() ?? 0;
        var links = pins is not null && ProxyLookupLink.Detach(pins) ? 1 : 0;
        links += pins is not null && LaneDatapath.Detach(pins) ? 1 : 0;
        var removed = pins?.RemoveAll() ?? 0;
        pins?.Dispose();
        return new(interfaces, removed, BpfFs.UnmountIfUnused())
        {
            Qdiscs = qdiscs,
            Links = links,
            InterfacesElsewhere = elsewhere,
        };
    }
}
