using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Jumpgate.Bpf;

/// <summary>
/// Measures where the runtime really puts a struct's fields: it sets one field after the other to ones and looks which
/// bytes changed. Marshal.OffsetOf would describe the marshalled form instead, and refuses inline arrays.
/// </summary>
internal static class MirrorLayout
{
    private static readonly ConcurrentDictionary<Type, (int, LayoutMember[])> Measured = new();

    internal static (int Size, LayoutMember[] Members) Measure(Type type) => Measured.GetOrAdd(type, Probe);

    /// <summary>SourcePort and _sourcePort are source_port in C.</summary>
    internal static string ToC(string name)
    {
        var result = new StringBuilder(name.Length + 8);
        foreach (var letter in name.TrimStart('_'))
        {
            if (char.IsUpper(letter) && result.Length > 0)
            {
                result.Append('_');
            }

            result.Append(char.ToLowerInvariant(letter));
        }

        return result.ToString();
    }

    private static (int Size, LayoutMember[] Members) Probe(Type type)
    {
        var size = SizeOf(type);
        var fields = type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);
        var members = new LayoutMember[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            var ones = RuntimeHelpers.GetUninitializedObject(fields[i].FieldType);
            Bytes(ones, SizeOf(fields[i].FieldType)).Fill(0xff);
            var target = RuntimeHelpers.GetUninitializedObject(type);
            fields[i].SetValue(target, ones);
            var bytes = Bytes(target, size);
            var offset = bytes.IndexOf((byte)0xff);
            members[i] = new(CName(fields[i]), offset, bytes.LastIndexOf((byte)0xff) + 1 - offset);
        }

        return (size, members);
    }

    private static string CName(FieldInfo field)
    {
        var name = field.Name;
        return ToC(name[0] == '<' ? name[1..name.IndexOf('>', StringComparison.Ordinal)] : name);
    }

    private static int SizeOf(Type type) => RuntimeHelpers.SizeOf(type.TypeHandle);

    private static unsafe Span<byte> Bytes(object boxed, int size) =>
        System.Runtime.InteropServices.MemoryMarshal.CreateSpan(
            ref Unsafe.As<BoxedData>(boxed).First, size);

    /// <summary>Shape of any boxed value: its data follow the method table.</summary>
    private sealed class BoxedData
    {
        internal byte First;
    }
}
