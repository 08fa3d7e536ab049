using System.Collections.Immutable;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Messages;

/// <summary>One API: its versions, and the layout of request and reply in each.</summary>
internal sealed class ApiDescription
{
    private readonly StructLayout[] _requests;
    private readonly StructLayout[] _replies;

    public ApiDescription(
        KafkaApi api,
        VersionRange versions,
        VersionRange flexible,
        ImmutableArray<FieldDescription> request,
        ImmutableArray<FieldDescription> reply)
    {
        Api = api;
        Versions = versions;
        Flexible = flexible;
        _requests = Layouts(request);
        _replies = Layouts(reply);

        StructLayout[] Layouts(ImmutableArray<FieldDescription> fields) =>
            [.. Enumerable.Range(0, versions.Last + 1)
                .Select(v => StructLayout.Of(fields, (short)v, flexible.Contains((short)v)))];
    }

    public KafkaApi Api { get; }

    public VersionRange Versions { get; }

    public VersionRange Flexible { get; }

    public StructLayout Request(short version) => _requests[version];

    public StructLayout Reply(short version) => _replies[version];

    /// <summary>Replies in flexible versions carry tagged fields in their header, except ApiVersions', which is read
    /// before anything is agreed on (KIP-511).</summary>
    public bool HasTaggedReplyHeader(short version) => Flexible.Contains(version) && Api != KafkaApi.ApiVersions;
}
