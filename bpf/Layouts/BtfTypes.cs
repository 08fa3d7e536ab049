using System.Runtime.InteropServices;
using Jumpgate.Bpf.Native;

namespace Jumpgate.Bpf;

/// <summary>A member of a C struct: where it lies and how long it is, in bytes.</summary>
internal readonly record struct LayoutMember(string Name, int Offset, int Size);

/// <summary>Reads structs and enums out of BTF (Documentation/bpf/btf.rst).</summary>
internal static unsafe class BtfTypes
{
    private const uint KindStruct = 4;
    private const uint KindEnum = 6;
    private const int HeaderWords = 3;

    /// <summary>Size and members of a struct, or null where this BTF does not carry it.</summary>
    internal static (int Size, LayoutMember[] Members)? FindStruct(nint btf, string name)
    {
        var id = LibBpf.BtfFind(btf, name, KindStruct);
        if (id <= 0)
        {
            return null;
        }

        var type = LibBpf.BtfType(btf, (uint)id);
        var hasBitFields = type[1] >> 31 != 0;
        var members = new LayoutMember[type[1] & 0xffff];
        for (var i = 0; i < members.Length; i++)
        {
            var member = type + HeaderWords + (3 * i);
            var bits = hasBitFields ? member[2] & 0xffffff : member[2];
            members[i] = new(Name(btf, member[0]), (int)(bits / 8), (int)LibBpf.BtfSize(btf, member[1]));
        }

        return ((int)type[2], members);
    }

    /// <summary>Names and values of an enum, or null where this BTF does not carry it.</summary>
    internal static (string Name, int Value)[]? FindEnum(nint btf, string name)
    {
        var id = LibBpf.BtfFind(btf, name, KindEnum);
        if (id <= 0)
        {
            return null;
        }

        var type = LibBpf.BtfType(btf, (uint)id);
        var values = new (string, int)[type[1] & 0xffff];
        for (var i = 0; i < values.Length; i++)
        {
            var value = type + HeaderWords + (2 * i);
            values[i] = (Name(btf, value[0]), (int)value[1]);
        }

        return values;
    }

    private static string Name(nint btf, uint offset) =>
        Marshal.PtrToStringUTF8(LibBpf.BtfName(btf, offset)) ?? string.Empty;
}
