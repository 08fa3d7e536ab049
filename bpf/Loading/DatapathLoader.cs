using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>
/// Brings the objects into the kernel. Order matters: nothing that works is touched before everything new is loaded.
/// Pins are replaced last, all staged before; filters stay with the programs they have until each is attached anew.
/// </summary>
internal static class DatapathLoader
{
    private const string StateMap = "datapath";
    private const string ProgramPinPrefix = "program_";

    internal static LoadedDatapath Load(
        DatapathOptions options,
        IReadOnlyList<ProgramObject> sources,
        IReadOnlyList<ProgramObject> lanes,
        PinDirectory pins)
    {
        var objects = new List<OpenedObject>();
        var loaded = new LoadedDatapath();
        try
        {
            loaded.LanesOffBecause = lanes.Count == 0 ? "not asked for" : FeatureProbe.MissingForLanes();
            foreach (var source in loaded.LanesOffBecause is null ? sources.Concat(lanes) : sources)
            {
                var opened = OpenedObject.Open(source);
                objects.Add(opened);
                CheckLayout(opened);
            }

            Define(objects, options, loaded);
            Adopt(pins, loaded);
            var created = LoadObjects(objects, loaded);
            Pin(pins, loaded, created);
            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
        finally
        {
            objects.ForEach(opened => opened.Dispose());
        }
    }

    private static void CheckLayout(OpenedObject opened)
    {
        if (LayoutCheck.Compare(opened.Btf) is { } difference)
        {
            throw new DatapathException(
                $"BPF object {opened.Name} does not fit this agent: {difference}; rebuild both from one source");
        }
    }

    private static void Define(List<OpenedObject> objects, DatapathOptions options, LoadedDatapath loaded)
    {
        foreach (var opened in objects)
        {
            foreach (var (name, map) in opened.Maps)
            {
                if (name == "flows")
                {
                    Errno.Check(LibBpf.MapSetMaxEntries(map, options.FlowTableSize), "the flow table cannot be sized");
                }

                var definition = OpenedObject.Define(map);
                if (!loaded.Definitions.TryAdd(name, definition) && loaded.Definitions[name] != definition)
                {
                    throw new DatapathException(
                        $"map {name} is declared differently in BPF object {opened.Name}; rebuild the agent");
                }
            }
        }
    }

    /// <summary>Takes over pinned maps: all that are there, or none.</summary>
    private static void Adopt(PinDirectory pins, LoadedDatapath loaded)
    {
        var pinned = new Dictionary<string, BpfMap>();
        string? difference = null;
        foreach (var definition in loaded.Definitions.Values)
        {
            if (BpfMap.OpenPin(definition.Name, pins.PathOf(definition.Name)) is { } map)
            {
                pinned.Add(definition.Name, map);
                difference ??= definition.Compare(map);
            }
        }

        difference ??= CompareLayouts(pinned.Values);
        loaded.ReplacedBecause = difference;
        if (difference is not null || loaded.LanesOffBecause is not null)
        {
            LaneRetirement.Retire(pins);
        }

        loaded.Adopted = difference is null && pinned.ContainsKey(StateMap);
        foreach (var (name, map) in pinned)
        {
            if (difference is null)
            {
                loaded.Maps.Add(name, map);
            }
            else
            {
                map.Dispose();
            }
        }
    }

    /// <summary>Equal sizes do not make equal layouts: the BTF that a map was made with tells.</summary>
    private static string? CompareLayouts(IEnumerable<BpfMap> maps)
    {
        foreach (var id in maps.Select(map => map.ReadInfo().BtfId).Where(id => id != 0).Distinct().ToArray())
        {
            using var btf = LibBpf.BtfById(id);
            if (btf.IsInvalid)
            {
                return $"the layout of the pinned maps cannot be read (BTF {id})";
            }

            if (LayoutCheck.Compare(btf.DangerousGetHandle()) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    /// <summary>Loads each object on the shared maps; says which maps it made.</summary>
    private static List<string> LoadObjects(List<OpenedObject> objects, LoadedDatapath loaded)
    {
        var created = new List<string>();
        foreach (var opened in objects)
        {
            foreach (var (name, map) in opened.Maps)
            {
                if (loaded.Maps.TryGetValue(name, out var shared))
                {
                    Errno.Check(
                        LibBpf.MapReuseFd(map, shared.Fd), $"BPF object {opened.Name}: cannot share map {name}");
                }
            }

            opened.Load();
            loaded.Programs.Add(opened.Name, opened.TakeProgram(opened.Name));
            foreach (var (name, map) in opened.Maps)
            {
                if (!loaded.Maps.ContainsKey(name))
                {
                    loaded.Maps.Add(name, new(name, BpfFd.Duplicate(LibBpf.MapFd(map))));
                    created.Add(name);
                }
            }
        }

        return created;
    }

    /// <summary>The state map goes first: should the process die between two names, the next agent finds revision 0,
    /// which is closed, rather than a revision whose tables are not there.</summary>
    private static void Pin(PinDirectory pins, LoadedDatapath loaded, List<string> created) =>
        pins.Replace([
            .. created.OrderBy(name => name != StateMap).Select(name => (name, loaded.Maps[name].Fd)),
            .. loaded.Programs.Select(program => (ProgramPinPrefix + program.Key, program.Value)),
        ]);
}
