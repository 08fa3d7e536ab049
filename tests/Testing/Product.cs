using System.Reflection;

namespace Jumpgate.Testing;

/// <summary>The command that is tested: of a release what its users run, else what lies beside the tests.</summary>
public static class Product
{
    /// <summary>All that it needs.</summary>
    public static string Directory { get; } = Path.GetFullPath(
        typeof(Product).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(m => m.Key == "Jumpgate.Product")?.Value ?? AppContext.BaseDirectory);

    /// <summary>For <c>dotnet</c>.</summary>
    public static string Command { get; } = Path.Combine(Directory, "jumpgate.dll");
}
