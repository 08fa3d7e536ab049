using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

/// <summary>What an <c>Any</c> holds, parsed once: the evaluator asks for each request.</summary>
internal static class Packed
{
    private static readonly ConditionalWeakTable<Any, IMessage> Parsed = [];

    public static bool TryGet<T>(Any any, [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>, new()
    {
        message = null;
        if (any.Is(new T().Descriptor))
        {
            message = (T)Parsed.GetValue(any, a => a.Unpack<T>());
        }

        return message is not null;
    }
}
