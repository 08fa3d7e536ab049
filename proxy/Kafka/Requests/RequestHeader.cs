using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Requests;

/// <summary>A request's header, versions 0 to 2 (protocol guide, "Headers"), behind the frame's length.</summary>
internal sealed record RequestHeader(ApiDescription Api, short Version, int CorrelationId, string? ClientId)
{
    /// <summary>Key, version and correlation id: what is needed to tell whether there is more.</summary>
    public const int FixedSize = 8;

    /// <summary>False: more bytes are needed, or <paramref name="error"/> says what is wrong.</summary>
    /// <param name="length">Bytes of the header.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> frame, NameCache names, out RequestHeader? header, out int length, out FrameError error)
    {
        header = null;
        length = 0;
        error = FrameError.None;
        var reader = new WireReader(frame);
        if (!reader.TryReadInt16(out var key) || !reader.TryReadInt16(out var version)
            || !reader.TryReadInt32(out var correlationId))
        {
            return false;
        }

        if (ApiCatalog.Find(key) is not { } api)
        {
            error = FrameError.UnknownApi;
            return false;
        }

        if (!api.Versions.Contains(version))
        {
            // A version of ApiVersions that nobody knows is answered, whatever its header looks like (KIP-511).
            if (api.Api == KafkaApi.ApiVersions && version > api.Versions.Last)
            {
                header = new RequestHeader(api, version, correlationId, null);
                length = reader.Position;
                return true;
            }

            error = FrameError.UnsupportedVersion;
            return false;
        }

        string? clientId = null;
        var hasClientId = api.Api != KafkaApi.ControlledShutdown || version > 0;
        if (hasClientId)
        {
            // Never compact, so that every version's header begins alike.
            if (!reader.TryReadStringLength(compact: false, out var size)
                || !reader.TryTake(Math.Max(size, 0), out var text))
            {
                error = reader.Error;
                return false;
            }

            clientId = size < 0 ? null : names.Get(text);
        }

        if (api.Flexible.Contains(version))
        {
            if (!reader.TryReadVarint(out var tags))
            {
                error = reader.Error;
                return false;
            }

            if (tags != 0)
            {
                error = FrameError.TaggedField;
                return false;
            }
        }

        header = new RequestHeader(api, version, correlationId, clientId);
        length = reader.Position;
        return true;
    }
}
