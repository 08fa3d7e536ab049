namespace Jumpgate.Bpf;

/// <summary>Leaves the machine as it was before the first agent.</summary>
internal static class DatapathCleaner
{
    internal static CleanupReport Clean(string pinDirectory)
    {
        using var pins = PinDirectory.TryOpen(pinDirectory);
        RefuseWhileAnAgentRuns(pinDirectory, pins);
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
        links += pins is not null ? SidecarDatapath.Detach(pins) : 0;
        if (pins is not null)
        {
            LaneRetirement.Retire(pins);
        }

        var removed = pins?.RemoveAll() ?? 0;
        pins?.Dispose();
        return new(interfaces, removed, BpfFs.UnmountIfUnused())
        {
            Qdiscs = qdiscs,
            Links = links,
            InterfacesElsewhere = elsewhere,
        };
    }

    /// <summary>The lock in the pin directory says so only to those who name the right one.</summary>
    private static void RefuseWhileAnAgentRuns(string pinDirectory, PinDirectory? pins)
    {
        foreach (var (ifindex, name) in Interfaces.Read())
        {
            if (new[] { TcHook.Ingress, TcHook.Egress }.Any(hook =>
                TcFilterList.Read(ifindex, hook).Any(filter => filter.IsOurs && LiveDatapath.IsBehind(filter, pins))))
            {
                throw new DatapathException(
                    $"interface {name}: its programs belong to an agent that is running, and whose pins are not in " +
                    $"{pinDirectory}; stop it first, and give its --pin-dir")
                {
                    InUse = true,
                };
            }
        }
    }
}
