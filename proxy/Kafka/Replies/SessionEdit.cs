using System.Buffers.Binary;
using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Wire;

namespace Jumpgate.Kafka.Replies;

/// <summary>Changes nothing: hears whether the session that was asked for has been opened.</summary>
/// <param name="opened">Gets the session's id; 0 for share sessions, which have none.</param>
internal sealed class SessionEdit(ApiDescription api, short version, Action<int> opened) : ReplyEdit(api, version)
{
    public override int Needed => Leading;

    public override void Apply(ReadOnlySpan<byte> message, WireWriter output, out int replaced)
    {
        replaced = 0;
        var body = BodyStart(message);
        var layout = Api.Reply(Version);
        var error = layout.Find(FieldRole.Error)!;
        var session = layout.Find("newSessionId");
        var offsets = new BodyView(message).Offsets(layout.UpTo(session ?? error), body);
        if (BinaryPrimitives.ReadInt16BigEndian(message[offsets[layout.Fields.IndexOf(error)]..]) != 0)
        {
            return;
        }

        var id = session is null
            ? 0
            : BinaryPrimitives.ReadInt32BigEndian(message[offsets[layout.Fields.IndexOf(session)]..]);
        if (session is null || id != 0)
        {
            opened(id);
        }
    }
}
