using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;

namespace Jumpgate.Xds.Resources;

/// <summary>
/// One resource, serialized once and shared by all streams. Its version is a hash of its content, so it survives
/// restarts and is the same on all servers.
/// </summary>
public sealed class XdsResource
{
    private readonly Lazy<ReadOnlyMemory<byte>> _asField;
    private readonly Lazy<ReadOnlyMemory<byte>> _asDeltaField;

    private XdsResource(string typeUrl, string name, byte[] value, ImmutableArray<XdsReference> references)
    {
        TypeUrl = typeUrl;
        Name = name;
        Value = value;
        References = references;
        Version = Convert.ToHexStringLower(SHA256.HashData(value).AsSpan(0, 8));
        var packed = ResponseEncoding.PackAny(typeUrl, value);
        _asField = new Lazy<ReadOnlyMemory<byte>>(() => ResponseEncoding.ResourceField(packed));
        _asDeltaField =
            new Lazy<ReadOnlyMemory<byte>>(() => ResponseEncoding.DeltaResourceField(name, Version, packed));
    }

    public string TypeUrl { get; }

    public string Name { get; }

    /// <summary>16 hexadecimal digits.</summary>
    public string Version { get; }

    /// <summary>Resources that must be there for this one to work.</summary>
    public ImmutableArray<XdsReference> References { get; }

    /// <summary>The message, serialized.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>A whole field <c>resources</c> of a <c>DiscoveryResponse</c>, tag included.</summary>
    internal ReadOnlyMemory<byte> AsField => _asField.Value;

    /// <summary>The same of a <c>DeltaDiscoveryResponse</c>.</summary>
    internal ReadOnlyMemory<byte> AsDeltaField => _asDeltaField.Value;

    /// <param name="references">What the message names and does not hold.</param>
    public static XdsResource Create(string name, IMessage message, params IEnumerable<XdsReference> references)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(message);
        return new XdsResource(
            "type.googleapis.com/" + message.Descriptor.FullName, name, Deterministic.Serialize(message),
            [.. references]);
    }

    internal static string HashOf(IEnumerable<XdsResource> resources)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var resource in resources.OrderBy(r => r.Name, StringComparer.Ordinal))
        {
            // Versions have one length: names cannot run into them.
            hash.AppendData(Encoding.UTF8.GetBytes(resource.Version + resource.Name + "\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }
}
