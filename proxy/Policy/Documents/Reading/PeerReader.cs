using System.Collections.Immutable;
using Jumpgate.Policy.Documents.Yaml;
using Jumpgate.Policy.Labels;

namespace Jumpgate.Policy.Documents.Reading;

/// <summary>Reads the one kind of peer that an entry names.</summary>
internal static class PeerReader
{
    private static readonly Dictionary<string, Entity> s_entities = new(StringComparer.Ordinal)
    {
        ["all"] = Entity.All,
        ["world"] = Entity.World,
        ["world-ipv4"] = Entity.WorldIPv4,
        ["world-ipv6"] = Entity.WorldIPv6,
        ["host"] = Entity.Host,
        ["cluster"] = Entity.Cluster,
    };

    private static readonly HashSet<string> s_refusedEntities = new(StringComparer.Ordinal)
    {
        "remote-node", "kube-apiserver", "health", "init", "ingress", "unmanaged", "none",
    };

    public static PeerSet? Read(MappingReader entry, TrafficDirection direction)
    {
        var prefix = direction == TrafficDirection.Ingress ? "from" : "to";
        PeerSet? peers = null;
        string? first = null;
        foreach (var kind in new[] { "Endpoints", "Entities", "CIDR", "CIDRSet" })
        {
            var name = prefix + kind;
            if (entry.TakeEvenNull(name) is not { } field)
            {
                continue;
            }

            if (field.IsNull)
            {
                field.Warn("is null, which counts as left out, so it limits nothing; write [] for nobody or remove the key");
                continue;
            }

            if (first is not null)
            {
                field.Error(
                    $"an entry names one kind of peer, and this one has {first} already; make two entries of it");
            }

            first ??= name;
            peers = ReadKind(kind, field) ?? peers;
        }

        return peers;
    }

    private static PeerSet? ReadKind(string kind, Field field)
    {
        if (field.AsList() is not { } items)
        {
            return null;
        }

        if (items.Count == 0)
        {
            field.Warn("an empty list is nobody: this entry never applies; leave the key out for every peer");
        }

        return kind switch
        {
            "Endpoints" => new EndpointPeers(ReadAll(items, SelectorReader.Read)),
            "Entities" => new EntityPeers([.. items.Select(ReadEntity).OfType<Entity>()]),
            "CIDR" => new CidrPeers(ReadAll(items, CidrReader.ReadPlain)),
            _ => new CidrPeers(ReadAll(items, CidrReader.ReadWithExcept)),
        };
    }

    private static ImmutableArray<T> ReadAll<T>(IReadOnlyList<Field> items, Func<Field, T?> read)
        where T : class => [.. items.Select(read).OfType<T>()];

    private static Entity? ReadEntity(Field field)
    {
        if (field.AsString() is not { } name)
        {
            return null;
        }

        if (s_entities.TryGetValue(name, out var entity))
        {
            return entity;
        }

        if (s_refusedEntities.Contains(name))
        {
            field.Error($"the entity {name} is not enforced; use one of {string.Join(", ", s_entities.Keys)}");
            return null;
        }

        var suggestion = Spelling.Nearest(name, s_entities.Keys);
        field.Error($"unknown entity {FieldPath.Quote(name)}" + (suggestion is null
            ? $"; use one of {string.Join(", ", s_entities.Keys)}"
            : $"; did you mean {suggestion}?"));
        return null;
    }
}
