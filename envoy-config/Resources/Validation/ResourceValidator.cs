using System.Collections.Frozen;
using System.Collections.Immutable;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Jumpgate.EnvoyConfig.Resources.Validation;

/// <summary>
/// Checks a message as Envoy would on receiving it, and for what Envoy would take and ignore: the rules of each
/// definition (protoc-gen-validate's options, read from the descriptors), deprecated fields and values, unknown fields,
/// and <c>Any</c>s that hold a type that is not compiled in or bytes that are none of their type.
/// </summary>
public static class ResourceValidator
{
    private const int MaxDepth = 100;

    /// <param name="deprecatedAllowed">Full names of deprecated fields that may be set all the same, as
    /// <c>envoy.config.route.v3.HeaderMatcher.exact_match</c>: clients that know no other need a decision, not a
    /// silence.</param>
    /// <returns>All that is wrong; empty when it is valid.</returns>
    public static ImmutableArray<ResourceProblem> Validate(
        IMessage message, IReadOnlySet<string>? deprecatedAllowed = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        var findings = new Findings(deprecatedAllowed ?? FrozenSet<string>.Empty);
        Tree(message, string.Empty, 0, findings);
        return findings.ToImmutable();
    }

    /// <summary>A message that was not inside an <c>Any</c>, or what was.</summary>
    private static void Tree(IMessage message, string path, int depth, Findings findings)
    {
        try
        {
            // Reflection does not show unknown fields: they are what gets lost on the way through a parser that drops
            // them.
            var known = message.Descriptor.Parser.WithDiscardUnknownFields(true).ParseFrom(message.ToByteArray());
            if (known.CalculateSize() != message.CalculateSize())
            {
                findings.Add(path, $"a {message.Descriptor.FullName} has fields that are not known here");
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            // Nested more deeply than parsers take.
            findings.Add(path, $"no client could read this {message.Descriptor.FullName}: {e.Message}");
            return;
        }

        Node(message, path, depth, findings);
    }

    private static void Node(IMessage message, string path, int depth, Findings findings)
    {
        if (depth > MaxDepth)
        {
            findings.Add(path, "messages nested too deeply");
            return;
        }

        if (message is Any any)
        {
            Unpack(any, path, depth, findings);
            return;
        }

        foreach (var (inner, at) in MessagePlan.Of(message.Descriptor).Check(message, path, findings))
        {
            Node(inner, at, depth + 1, findings);
        }
    }

    private static void Unpack(Any any, string path, int depth, Findings findings)
    {
        var name = Any.GetTypeName(any.TypeUrl);
        if (EnvoyTypes.Registry.Find(name) is not { } type)
        {
            findings.Add(path, any.TypeUrl.Length == 0
                ? "an Any without a type" : $"{any.TypeUrl} is not a type that is known here");
            return;
        }

        IMessage message;
        try
        {
            message = type.Parser.ParseFrom(any.Value);
        }
        catch (InvalidProtocolBufferException e)
        {
            findings.Add(path, $"its bytes are no {name}: {e.Message}");
            return;
        }

        Tree(message, $"{path}<{name}>", depth + 1, findings);
    }
}
