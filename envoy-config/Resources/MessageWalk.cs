using System.Collections;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Jumpgate.EnvoyConfig.Resources;

/// <summary>Visits a message and all within it, through <c>Any</c> too.</summary>
internal static class MessageWalk
{
    private const int MaxDepth = 100;

    /// <param name="unknown">Gets the type of each <c>Any</c> that is not compiled in, and so cannot be looked
    /// into.</param>
    public static IEnumerable<IMessage> Of(IMessage message, Action<string> unknown) => Of(message, unknown, 0);

    private static IEnumerable<IMessage> Of(IMessage message, Action<string> unknown, int depth)
    {
        if (depth > MaxDepth)
        {
            unknown("messages nested too deeply");
            yield break;
        }

        yield return message;
        foreach (var child in message is Any any ? Unpacked(any, unknown) : ChildrenOf(message))
        {
            foreach (var inner in Of(child, unknown, depth + 1))
            {
                yield return inner;
            }
        }
    }

    private static IEnumerable<IMessage> Unpacked(Any any, Action<string> unknown)
    {
        if (any.TypeUrl.Length == 0)
        {
            return [];
        }

        if (EnvoyTypes.Registry.Find(Any.GetTypeName(any.TypeUrl)) is { } type)
        {
            return [type.Parser.ParseFrom(any.Value)];
        }

        unknown(any.TypeUrl);
        return [];
    }

    private static IEnumerable<IMessage> ChildrenOf(IMessage message) => message.Descriptor.Fields.InDeclarationOrder()
        .Select(field => field.Accessor.GetValue(message))
        .SelectMany(value => value switch
        {
            IMessage one => [one],
            IDictionary map => map.Values.OfType<IMessage>(),
            IList list => list.OfType<IMessage>(),
            _ => [],
        });
}
