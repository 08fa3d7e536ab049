using Envoy.Config.Bootstrap.V3;
using Envoy.Config.Cluster.V3;
using Google.Protobuf.Reflection;

namespace Jumpgate.EnvoyConfig.Resources;

/// <summary>All message types that are compiled in: what an <c>Any</c> may hold.</summary>
public static class EnvoyTypes
{
    private static readonly FileDescriptor[] Files = [.. FilesOf(typeof(Bootstrap), typeof(Cluster))];

    /// <summary>Finds a message by its full name.</summary>
    public static TypeRegistry Registry { get; } = TypeRegistry.FromFiles(Files);

    /// <summary>All messages, those within messages too.</summary>
    internal static IEnumerable<MessageDescriptor> Messages =>
        Files.SelectMany(f => f.MessageTypes).SelectMany(WithNested);

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor type) =>
        type.NestedTypes.SelectMany(WithNested).Prepend(type);

    /// <summary>Generated code keeps each file's descriptor in a class of its own.</summary>
    private static IEnumerable<FileDescriptor> FilesOf(params Type[] ofAssemblies) => ofAssemblies
        .Append(typeof(global::Envoy.Config.Core.V3.Node))
        .Select(t => t.Assembly).Distinct()
        .SelectMany(a => a.GetExportedTypes())
        .Where(t => t.IsAbstract && t.IsSealed && t.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(t => t.GetProperty("Descriptor")?.GetValue(null))
        .OfType<FileDescriptor>();
}
