using Jumpgate.KafkaBroker.Apis;
using Jumpgate.KafkaBroker.Groups;
using Jumpgate.KafkaBroker.Serving;
using Jumpgate.KafkaBroker.Wire;

namespace Jumpgate.KafkaBroker.Answers;

/// <summary>Members of groups.</summary>
internal sealed class GroupAnswers(Cluster cluster)
{
    private const int MemberIdNeeded = 4;

    public void AddTo(Answerer answerer)
    {
        answerer.Add("FindCoordinator", FindCoordinator);
        answerer.Add("JoinGroup", JoinAsync);
        answerer.Add("SyncGroup", SyncAsync);
        answerer.Add("Heartbeat", call => Error(Check(call)));
        answerer.Add("LeaveGroup", Leave);
        answerer.Add("ConsumerGroupHeartbeat", ServerSideHeartbeat);
        answerer.Add("ConsumerGroupDescribe", ServerSideDescribe);
        answerer.Add("DescribeGroups", Describe);
        answerer.Add("ListGroups", call => Message.Of(
            "groups", cluster.Groups.Where(g => cluster.Coordinator(g.Id) == call.Node).Select(List)));
        answerer.Add("DeleteGroups", call => Message.Of("results", call.Request.Texts("groups").Select(Delete)));
    }

    private static Message List(Group group) => new()
    {
        ["groupId"] = group.Id,
        ["protocolType"] = "consumer",
        ["state"] = group.State,
        ["type"] = group.ServerSide.State is null ? "classic" : "consumer",
    };

    private Message Delete(string group) => new()
    {
        ["groupId"] = group,
        ["errorCode"] = (short)(cluster.RemoveGroup(group) ? ErrorCode.None : ErrorCode.GroupIdNotFound),
    };

    private static Message Error(ErrorCode error) => new() { ["errorCode"] = (short)error };

    private Message FindCoordinator(Call call)
    {
        Message Describe(string key)
        {
            var node = cluster.Coordinator(key);
            return new Message { ["key"] = key, ["nodeId"] = node.Id, ["host"] = node.Host, ["port"] = node.Port };
        }

        if (call.Version < MemberIdNeeded)
        {
            return Describe(call.Request.Text("key"));
        }

        return new Message { ["coordinators"] = call.Request.Texts("keys").Select(Describe).ToList() };
    }

    private ErrorCode Check(Call call) => IsElsewhere(call, out var group)
        ? ErrorCode.NotCoordinator
        : group.Classic.Check(call.Request.Text("memberId"), call.Request.Number("generationId"));

    private bool IsElsewhere(Call call, out Group group)
    {
        var id = call.Request.Text("groupId");
        group = cluster.Group(id);
        return cluster.Coordinator(id) != call.Node;
    }

    private async ValueTask<Message?> JoinAsync(Call call)
    {
        var request = call.Request;
        if (IsElsewhere(call, out var group))
        {
            return Error(ErrorCode.NotCoordinator);
        }

        var instance = request.TextOrNull("instanceId");
        var id = request.Text("memberId");
        if (id.Length == 0)
        {
            id = instance ?? $"{call.ClientId}-{Guid.NewGuid()}";
            if (call.Version >= MemberIdNeeded && instance is null)
            {
                return new Message { ["errorCode"] = (short)ErrorCode.MemberIdRequired, ["memberId"] = id };
            }
        }

        var protocols = request.Parts("protocols").Select(p => (p.Text("name"), p.Bytes("metadata"))).ToList();
        var joined = await group.Classic.JoinAsync(
            id,
            () => new ClassicMember(
                id)
            { InstanceId = instance, ClientId = call.ClientId ?? "", ClientHost = $"/{call.From.Address}" },
            request.Text("protocolType"),
            protocols).WaitAsync(call.Gone);
        if (!joined)
        {
            return new Message { ["errorCode"] = (short)ErrorCode.UnknownMemberId, ["memberId"] = id };
        }

        var classic = group.Classic;
        return new Message
        {
            ["generationId"] = classic.Generation,
            ["protocolType"] = classic.ProtocolType,
            ["protocolName"] = classic.Protocol,
            ["leader"] = classic.Leader,
            ["memberId"] = id,
            ["members"] = id != classic.Leader ? null : classic.Members.Select(m => new Message
            {
                ["memberId"] = m.Id,
                ["instanceId"] = m.InstanceId,
                ["metadata"] = m.Metadata(classic.Protocol),
            }).ToList(),
        };
    }

    private async ValueTask<Message?> SyncAsync(Call call)
    {
        if (Check(call) is var error and not ErrorCode.None)
        {
            return Error(error);
        }

        var id = call.Request.Text("memberId");
        var group = cluster.Group(call.Request.Text("groupId"));
        var synced = await group.Classic.SyncAsync(
            id, call.Request.Parts("assignments").Select(a => (a.Text("memberId"), a.Bytes("assignment"))))
            .WaitAsync(call.Gone);
        return !synced ? Error(ErrorCode.RebalanceInProgress) : new Message
        {
            ["protocolType"] = group.Classic.ProtocolType,
            ["protocolName"] = group.Classic.Protocol,
            ["assignment"] = group.Classic.Members.FirstOrDefault(m => m.Id == id)?.Assignment ?? default,
        };
    }

    private Message Leave(Call call)
    {
        if (IsElsewhere(call, out var group))
        {
            return Error(ErrorCode.NotCoordinator);
        }

        ErrorCode One(string id) => group.Classic.Leave(id) ? ErrorCode.None : ErrorCode.UnknownMemberId;
        return call.Version < 3 ? Error(One(call.Request.Text("memberId"))) : new Message
        {
            ["members"] = call.Request.Parts("members").Select(m => new Message
            {
                ["memberId"] = m.Text("memberId"),
                ["instanceId"] = m.TextOrNull("instanceId"),
                ["errorCode"] = (short)One(m.Text("memberId")),
            }).ToList(),
        };
    }

    private int Partitions(string topic) => cluster.FindTopic(topic)?.Partitions.Count ?? 0;

    private Message ServerSideHeartbeat(Call call)
    {
        var request = call.Request;
        if (IsElsewhere(call, out var group))
        {
            return Error(ErrorCode.NotCoordinator);
        }

        var id = request.Text("memberId");
        id = id.Length > 0 ? id : Guid.NewGuid().ToString();
        if (request.Number("memberEpoch") < 0)
        {
            var left = group.ServerSide.Leave(id, Partitions);
            return new Message
            {
                ["errorCode"] = (short)(left ? ErrorCode.None : ErrorCode.UnknownMemberId),
                ["memberId"] = id,
                ["memberEpoch"] = request.Number("memberEpoch"),
                ["assignment"] = null,
            };
        }

        var (error, member, isNew) = group.ServerSide.Heartbeat(
            id, request.Number("memberEpoch"), request.Has("subscribed") ? [.. request.Texts("subscribed")] : null,
            call.ClientId ?? "", Partitions);
        return member is null ? Error(error) : new Message
        {
            ["memberId"] = id,
            ["memberEpoch"] = member.Epoch,
            ["heartbeatMs"] = 200,
            ["assignment"] = isNew ? Assignment(member) : null,
        };
    }

    private Message Assignment(ServerSideMembers.Member member) => new()
    {
        ["partitions"] = member.Assigned.GroupBy(a => a.Topic).Where(g => cluster.FindTopic(g.Key) is not null)
            .Select(g => new Message
            {
                ["topicId"] = cluster.FindTopic(g.Key)!.Id,
                ["name"] = g.Key,
                ["partitions"] = g.Select(a => a.Partition).ToList(),
            }).ToList(),
    };

    private Message ServerSideDescribe(Call call) => new()
    {
        ["groups"] = call.Request.Texts("groups")
            .Select(id => cluster.FindGroup(id)?.ServerSide is not { State: not null } members
            ? new Message { ["groupId"] = id, ["errorCode"] = (short)ErrorCode.GroupIdNotFound }
            : new Message
            {
                ["groupId"] = id,
                ["state"] = members.State,
                ["epoch"] = members.Epoch,
                ["assignmentEpoch"] = members.Epoch,
                ["assignor"] = "uniform",
                ["members"] = members.Members.Select(m => new Message
                {
                    ["memberId"] = m.Id,
                    ["epoch"] = m.Epoch,
                    ["clientId"] = m.ClientId,
                    ["subscribed"] = m.Subscribed,
                    ["assignment"] = Assignment(m),
                    ["target"] = Assignment(m),
                }).ToList(),
            }).ToList(),
    };

    private Message Describe(Call call) => new()
    {
        ["groups"] = call.Request.Texts("groups").Select(id =>
        {
            var classic = cluster.FindGroup(id)?.Classic;
            return new Message
            {
                ["groupId"] = id,
                ["state"] = cluster.FindGroup(id)?.State ?? "Dead",
                ["protocolType"] = classic?.ProtocolType,
                ["protocol"] = classic?.Protocol,
                ["members"] = classic?.Members.Select(m => new Message
                {
                    ["memberId"] = m.Id,
                    ["instanceId"] = m.InstanceId,
                    ["clientId"] = m.ClientId,
                    ["clientHost"] = m.ClientHost,
                    ["metadata"] = m.Metadata(classic.Protocol),
                    ["assignment"] = m.Assignment,
                }).ToList(),
            };
        }).ToList(),
    };
}
