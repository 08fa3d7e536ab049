using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>The maps that all objects share, by name, and their pins.</summary>
internal sealed class PinnedMaps : IDisposable
{
    private readonly string _directory;
    private readonly Dictionary<string, BpfMap> _maps = [];
    private readonly HashSet<string> _fresh = [];

    internal PinnedMaps(string directory) => _directory = directory;

    internal IEnumerable<BpfMap> All => _maps.Values;

    internal BpfMap this[string name] => _maps[name];

    /// <summary>True where every pinned map fits what the objects declare, so that all are taken over.</summary>
    internal bool TryAdopt(IEnumerable<BpfObjectFile> objects)
    {
        var complete = true;
        foreach (var declared in objects.SelectMany(o => o.Maps()))
        {
            if (_maps.ContainsKey(declared.Name))
            {
                continue;
            }

            var fd = LibBpf.OpenPin(Path.Combine(_directory, declared.Name));
            if (fd < 0)
            {
                complete = false;
                break;
            }

            var map = new BpfMap(declared.Name, new BpfFd(fd));
            _maps.Add(declared.Name, map);
            if (!declared.Fits(map.Info()))
            {
                complete = false;
                break;
            }
        }

        if (!complete)
        {
            Dispose();
            _maps.Clear();
        }

        return complete;
    }

    /// <summary>Gives an object the maps that exist already.</summary>
    internal void Share(BpfObjectFile target)
    {
        foreach (var declared in target.Maps())
        {
            if (_maps.TryGetValue(declared.Name, out var map))
            {
                declared.Reuse(map.Fd);
            }
        }
    }

    /// <summary>Takes the maps that loading an object has made.</summary>
    internal void Collect(BpfObjectFile loaded)
    {
        foreach (var declared in loaded.Maps())
        {
            if (!_maps.ContainsKey(declared.Name))
            {
                _maps.Add(declared.Name, new BpfMap(declared.Name, declared.Fd()));
                _fresh.Add(declared.Name);
            }
        }
    }

    /// <summary>Pins what is new, in place of what another version may have left there.</summary>
    internal void Pin()
    {
        foreach (var name in _fresh)
        {
            PinTo(_maps[name].Fd, Path.Combine(_directory, name));
        }

        _fresh.Clear();
    }

    internal static void PinTo(BpfFd fd, string path)
    {
        _ = LibC.Unlink(path);
        Errno.Check(LibBpf.Pin(fd, path), $"cannot pin {path}");
    }

    public void Dispose()
    {
        foreach (var map in _maps.Values)
        {
            map.Dispose();
        }
    }
}
