using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>One compiled object: opened, checked against the C# mirrors, joined to the shared maps, loaded.</summary>
internal sealed unsafe class BpfObjectFile : IDisposable
{
    private readonly BpfObjectHandle _handle;

    private BpfObjectFile(string name, BpfObjectHandle handle)
    {
        Name = name;
        _handle = handle;
    }

    internal string Name { get; }

    internal static BpfObjectFile Open(string name)
    {
        using var stream = typeof(BpfObjectFile).Assembly.GetManifestResourceStream($"{name}.bpf.o")
            ?? throw new DatapathException($"the BPF object {name} is missing from this build");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        using var log = new LibBpfLog();
        var nameBytes = System.Text.Encoding.ASCII.GetBytes(name + '\0');
        fixed (byte* bytes = memory.ToArray())
        fixed (byte* objectName = nameBytes)
        {
            var options = new ObjectOpenOptions { Size = (nuint)sizeof(ObjectOpenOptions), ObjectName = objectName };
            var handle = LibBpf.ObjectOpen(bytes, (nuint)memory.Length, &options);
            if (handle.IsInvalid)
            {
                throw new DatapathException($"cannot open the BPF object {name}: {log.LastLines(2)}");
            }

            var file = new BpfObjectFile(name, handle);
            if (LayoutCheck.Compare(LibBpf.ObjectBtf(handle)) is { } difference)
            {
                file.Dispose();
                throw new DatapathException($"the BPF object {name} does not fit this agent: {difference}; rebuild both");
            }

            return file;
        }
    }

    internal IEnumerable<ObjectMap> Maps()
    {
        for (var map = LibBpf.NextMap(_handle, 0); map != 0; map = LibBpf.NextMap(_handle, map))
        {
            if (!LibBpf.MapIsInternal(map))
            {
                yield return new ObjectMap(map);
            }
        }
    }

    /// <summary>Loads maps and the program. A refusal by the verifier shows its last lines and keeps the whole log.</summary>
    internal void Load()
    {
        using var log = new LibBpfLog();
        var error = LibBpf.ObjectLoad(_handle);
        if (error >= 0)
        {
            return;
        }

        var wayOut = -error is Errno.NotPermitted or Errno.AccessDenied && log.VerifierLog is null
            ? "run as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON"
            : log.LastLines(3);
        throw new DatapathException(
            $"cannot load the BPF program {Name}: {Errno.Describe(error)}; {wayOut}", log.VerifierLog);
    }

    internal BpfFd Program() => BpfFd.Duplicate(LibBpf.ProgramFd(LibBpf.NextProgram(_handle, 0)));

    public void Dispose() => _handle.Dispose();

    /// <summary>A map as the object declares it.</summary>
    internal readonly struct ObjectMap(nint map)
    {
        internal string Name => Marshal.PtrToStringUTF8(LibBpf.MapName(map))!;

        internal void SetMaxEntries(uint entries) =>
            Errno.Check(LibBpf.MapSetMaxEntries(map, entries), $"cannot size the map {Name}");

        internal void Reuse(BpfFd fd) => Errno.Check(LibBpf.MapReuseFd(map, fd), $"cannot share the map {Name}");

        internal BpfFd Fd() => BpfFd.Duplicate(LibBpf.MapFd(map));

        /// <summary>Whether a kernel map is what this object declares.</summary>
        internal bool Fits(KernelMapInfo info) =>
            info.Type == LibBpf.MapType(map) && info.KeySize == LibBpf.MapKeySize(map)
            && info.ValueSize == LibBpf.MapValueSize(map)
            && (info.Type == BpfMapType.RingBuffer || info.MaxEntries == LibBpf.MapMaxEntries(map))
            && info.Flags == LibBpf.MapFlags(map);
    }
}
