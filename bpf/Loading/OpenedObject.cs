using System.Runtime.InteropServices;
using System.Text;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>A parsed object, before and during load.</summary>
internal sealed unsafe class OpenedObject : IDisposable
{
    private readonly BpfObjectHandle _handle;

    private OpenedObject(string name, BpfObjectHandle handle)
    {
        Name = name;
        _handle = handle;
        Maps = ListMaps();
    }

    internal string Name { get; }

    /// <summary>The BTF inside, valid while this lives.</summary>
    internal nint Btf => LibBpf.ObjectBtf(_handle);

    /// <summary>Maps that are shared; libbpf's own (.rodata, .bss) stay with their object.</summary>
    internal IReadOnlyDictionary<string, nint> Maps { get; }

    internal static OpenedObject Open(ProgramObject source)
    {
        using var log = new LibBpfLog();
        var name = Encoding.UTF8.GetBytes(source.Name + "\0");
        fixed (byte* image = source.Image, objectName = name)
        {
            var options = new ObjectOpenOptions { Size = (nuint)sizeof(ObjectOpenOptions), ObjectName = objectName };
            var handle = LibBpf.ObjectOpen(image, (nuint)source.Image.Length, &options);
            if (handle.IsInvalid)
            {
                var error = Marshal.GetLastPInvokeError();
                throw new DatapathException(
                    $"BPF object {source.Name}: cannot be read: {Errno.Describe(error)} ({log.LastLines(2)})");
            }

            return new(source.Name, handle);
        }
    }

    /// <summary>What the object says of a map.</summary>
    internal static MapDefinition Define(nint map)
    {
        var inner = LibBpf.MapInner(map);
        return new()
        {
            Name = Marshal.PtrToStringUTF8(LibBpf.MapName(map))!,
            Type = LibBpf.MapType(map),
            KeySize = LibBpf.MapKeySize(map),
            ValueSize = LibBpf.MapValueSize(map),
            MaxEntries = LibBpf.MapMaxEntries(map),
            Flags = LibBpf.MapFlags(map),
            Inner = inner == 0 ? null : Define(inner),
        };
    }

    /// <summary>Verifies and loads; maps not set before are created.</summary>
    internal void Load()
    {
        using var log = new LibBpfLog();
        var result = LibBpf.ObjectLoad(_handle);
        if (result >= 0)
        {
            return;
        }

        var why = log.LastLines(2);
        if (log.VerifierLog is { } verifier)
        {
            throw new DatapathException($"BPF program {Name}: the kernel's verifier refuses it: {why}", verifier);
        }

        throw new DatapathException($"BPF object {Name}: cannot be loaded: {Errno.Describe(result)} ({why})");
    }

    /// <summary>An own descriptor of the loaded program.</summary>
    internal BpfFd TakeProgram(string name)
    {
        for (var program = LibBpf.NextProgram(_handle, 0); program != 0; program = LibBpf.NextProgram(_handle, program))
        {
            if (Marshal.PtrToStringUTF8(LibBpf.ProgramName(program)) == name)
            {
                return BpfFd.Duplicate(LibBpf.ProgramFd(program));
            }
        }

        throw new DatapathException($"BPF object {Name} has no program {name}; rebuild the agent from one source");
    }

    public void Dispose() => _handle.Dispose();

    private Dictionary<string, nint> ListMaps()
    {
        var maps = new Dictionary<string, nint>();
        for (var map = LibBpf.NextMap(_handle, 0); map != 0; map = LibBpf.NextMap(_handle, map))
        {
            if (!LibBpf.MapIsInternal(map))
            {
                maps.Add(Marshal.PtrToStringUTF8(LibBpf.MapName(map))!, map);
            }
        }

        return maps;
    }
}
