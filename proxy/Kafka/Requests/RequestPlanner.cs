using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Replies;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Requests;

/// <summary>Decides what becomes of a request whose facts are known.</summary>
internal sealed class RequestPlanner(RequestJudge judge, TopicIdTable ids, SessionGuard sessions)
{
    public RequestPlan Plan(RequestHeader header, RequestFacts facts, int bodyStart)
    {
        if (header is { Api.Api: KafkaApi.SaslHandshake, Version: 0 })
        {
            return new RequestPlan
            {
                Answer = DenialCode.UnsupportedVersion,
                Reason = "SaslHandshake version 0 is not supported: the client must use version 1",
            };
        }

        var judgement = judge.Judge(header, facts);
        if (SessionGuard.IsIncremental(header, facts)
            && (!judgement.IsForwarded || !sessions.IsKnown(header, facts, judgement.Policy.Revision)))
        {
            return new RequestPlan
            {
                Judgement = judgement,
                Answer = header.Api.Api == KafkaApi.Fetch
                    ? DenialCode.FetchSessionIdNotFound
                    : DenialCode.ShareSessionNotFound,
                Reason = "the session must be opened anew, so that all its topics are judged",
            };
        }

        return judgement.IsForwarded
            ? new RequestPlan { Judgement = judgement, IsForwarded = true, Edit = EditOf(header, facts, judgement) }
            : Deny(header, judgement, bodyStart);
    }

    private ReplyEdit? EditOf(RequestHeader header, RequestFacts facts, Judgement judgement)
    {
        var (api, version) = (header.Api, header.Version);
        if (api.Api == KafkaApi.ApiVersions)
        {
            return new VersionsEdit(api, version, judgement.Policy);
        }

        if (SessionGuard.IsOpening(header, facts))
        {
            var revision = judgement.Policy.Revision;
            var share = (facts.Groups.FirstOrDefault(), facts.Member);
            return new SessionEdit(api, version, api.Api == KafkaApi.Fetch
                ? id => sessions.Opened(id, revision)
                : _ => sessions.Opened(share, revision));
        }

        return judgement.Request.AllTopics || judgement.UnknownIds.Count > 0
            ? new TopicsEdit(api, version, judgement, ids, default)
            : Teaches(header) ? new TopicsEdit(api, version, null, ids, default) : null;
    }

    /// <summary>The reply has topics' names beside their ids.</summary>
    private static bool Teaches(RequestHeader header) => header.Api.Api switch
    {
        KafkaApi.Metadata => header.Version >= 10,
        KafkaApi.CreateTopics => header.Version >= 7,
        KafkaApi.DescribeTopicPartitions => true,
        _ => false,
    };

    private RequestPlan Deny(RequestHeader header, Judgement judgement, int bodyStart)
    {
        var decision = judgement.Decision;
        var isMetadata = header.Api.Api == KafkaApi.Metadata && decision.Denial == KafkaDenial.Topic;
        if (isMetadata || (decision.PerTopic && IsPerTopic(header)))
        {
            var code = isMetadata && !decision.PerTopic
                ? Whole(judgement)
                : new DenialCode(
                    (short)decision.Denial,
                    IsOfTopics: true,
                    decision.DeniedTopics.ToHashSet(StringComparer.Ordinal),
                    isMetadata ? judgement.DeniedIds : judgement.DeniedIds.Union(judgement.UnknownIds).ToHashSet(),
                    judgement.UnknownIds);
            return new RequestPlan
            {
                Judgement = judgement,
                IsForwarded = true,
                Denial = Whole(judgement),
                Rewrite = frame => Rewrite(header, judgement, code, frame, bodyStart),
            };
        }

        return new RequestPlan { Judgement = judgement, Denial = Whole(judgement) };
    }

    /// <summary>Request and reply have a list of topics at their top, so that some can be taken out and put in.</summary>
    private static bool IsPerTopic(RequestHeader header) =>
        header.Api.Request(header.Version).Find("topics")?.Inner is { } asked
        && (asked.Topic is not null || asked.TopicId is not null)
        && header.Api.Reply(header.Version).Find("topics") is not null;

    private static DenialCode Whole(Judgement judgement)
    {
        var decision = judgement.Decision;
        var isUnknownOnly = decision is { Denial: KafkaDenial.Topic, DeniedTopics.IsEmpty: true } && judgement.UnknownIds.Count > 0;
        return DenialCode.Whole(
            isUnknownOnly ? DenialCode.UnknownTopicId : (short)decision.Denial,
            decision.Denial == KafkaDenial.Topic,
            judgement.UnknownIds);
    }

    private RewrittenRequest Rewrite(
        RequestHeader header, Judgement judgement, DenialCode code, ReadOnlyMemory<byte> frame, int bodyStart)
    {
        var (api, version) = (header.Api, header.Version);
        var layout = api.Request(version);
        var denied = DenialWriter.Topics(api, version, new BodyView(frame.Span[bodyStart..]), code);
        var kept = RequestEdit.WithoutTopics(frame.Span, bodyStart, layout, (name, id) =>
            code.Topics is not null && !(name is not null && code.Topics.Contains(name)) && !code.TopicIds.Contains(id));
        if (api.Api == KafkaApi.Metadata)
        {
            // Metadata is never answered without the broker: a reply that names no brokers is ignored by clients.
            var asks = judgement.UnknownIds.Count > 0 && code.Topics is not null;
            return new RewrittenRequest(kept, new TopicsEdit(
                api, version, asks ? judgement : null, ids, denied, hidesAll: code.Topics is null));
        }

        if (api.Api == KafkaApi.Fetch && version >= 7)
        {
            RequestEdit.WithoutSession(kept, bodyStart, layout);
        }

        return new RewrittenRequest(kept, new InsertEdit(api, version, denied.Elements, denied.Count));
    }
}
