using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>
/// Ends what a former agent's joined sockets do, where no agent will look after their maps any more: a new policy would
/// not reach them there.
/// </summary>
internal static class LaneRetirement
{
    private const int Patience = 1000;
    private const int Pause = 10;
    private static readonly string[] Maps =
        ["direct_pairs", "direct_ends", "direct_joined", "direct_leaving", "direct_waking"];

    /// <summary>From their next send on they go over the stack, where tc judges them. Pairs whose queues have been read
    /// are ordinary connections when this returns.</summary>
    internal static void Retire(PinDirectory pins)
    {
        using var settings = BpfMap.OpenPin("lane_settings", pins.PathOf("lane_settings"));
        if (settings is null)
        {
            return;
        }

        SwitchOff(settings);
        using var loaded = new LoadedDatapath();
        foreach (var name in Maps)
        {
            if (BpfMap.OpenPin(name, pins.PathOf(name)) is { } map)
            {
                loaded.Maps.Add(name, map);
            }
        }

        var ask = LibBpf.OpenPin(pins.PathOf($"program_{ProgramObject.DirectAsk}"));
        if (ask < 0)
        {
            return;
        }

        loaded.Programs.Add(ProgramObject.DirectAsk, new BpfFd(ask));
        if (loaded.Maps.Count == Maps.Length)
        {
            Dissolve(new DirectDatapath(loaded));
        }
    }

    private static void Dissolve(DirectDatapath direct)
    {
        for (var end = Environment.TickCount64 + Patience; ; Thread.Sleep(Pause))
        {
            var pairs = direct.ReadPairs(int.MaxValue);
            foreach (var (key, _) in pairs)
            {
                if (direct.CanLeave(key))
                {
                    direct.Leave(key);
                    direct.Forget(key);
                }
            }

            if (pairs.Count == 0 || Environment.TickCount64 >= end)
            {
                return;
            }
        }
    }

    /// <summary>The mode is the first field in every layout there was.</summary>
    private static unsafe void SwitchOff(BpfMap settings)
    {
        var value = new byte[settings.ReadInfo().ValueSize];
        var key = 0u;
        fixed (byte* bytes = value)
        {
            if (LibBpf.MapLookup(settings.Fd, &key, bytes) == 0)
            {
                *(LaneMode*)bytes = LaneMode.Off;
                _ = LibBpf.MapUpdate(settings.Fd, &key, bytes, 0);
            }
        }
    }
}
