namespace Jumpgate.Xds.Resources;

/// <summary>A resource named by another: <paramref name="TypeUrl"/> and name.</summary>
public readonly record struct XdsReference(string TypeUrl, string Name);
