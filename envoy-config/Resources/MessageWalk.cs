using System.Collections;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Jumpgate.EnvoyConfig.Resources.Validation;

namespace Jumpgate.EnvoyConfig.Resources;

/// <summary>Visits a message and all within it, through <c>Any</c> too where it can be read:
/// <see cref="ResourceValidator"/> says where it cannot.</summary>
internal static class MessageWalk
{
    private const int MaxDepth = 100;

    public static IEnumerable<IMessage> Of(IMessage message) => Of(message, 0);

    private static IEnumerable<IMessage> Of(IMessage message, int depth)
    {
        if (depth > MaxDepth)
        {
            yield break;
        }

        yield return message;
        foreach (var child in message is Any any ? Unpacked(any) : ChildrenOf(message))
        {
            foreach (var inner in Of(child, depth + 1))
            {
                yield return inner;
            }
        }
    }

    private static IEnumerable<IMessage> Unpacked(Any any)
    {
        try
        {
            return EnvoyTypes.Registry.Find(Any.GetTypeName(any.TypeUrl)) is { } type
                ? [type.Parser.ParseFrom(any.Value)] : [];
        }
        catch (InvalidProtocolBufferException)
        {
            return [];
        }
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
