using Jumpgate.Kafka.Messages;
using Jumpgate.Kafka.Replies;
using Jumpgate.Kafka.Wire;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Requests;

/// <summary>Decides what becomes of a request whose facts are known.</summary>
internal sealed class RequestPlanner(
    RequestJudge judge, TopicIdTable ids, SessionGuard sessions, CursorSeal cursors)
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
            && (!judgement.IsForwarded || !sessions.IsKnown(header, facts, judgement.Policy)))
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
            ? Forward(header, facts, judgement, bodyStart) : Deny(header, facts, judgement, bodyStart);
    }

    private RequestPlan Forward(RequestHeader header, RequestFacts facts, Judgement judgement, int bodyStart)
    {
        var plan = new RequestPlan
        {
            Judgement = judgement,
            IsForwarded = true,
            Edit = EditOf(header, facts, judgement),
        };
        if (facts.Cursor is null || cursors.Open(facts.Cursor) is not { } topic)
        {
            return plan;
        }

        var layout = header.Api.Request(header.Version);
        return plan with
        {
            Rewrite = frame => new RewrittenRequest(
                RequestEdit.WithCursor(frame.Span, bodyStart, layout, topic), plan.Edit!),
        };
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
            return OpeningOf(header, facts, judgement);
        }

        // Other requests with unknown ids are forwarded only where the name would change nothing.
        var asksForMore = judgement.Request.AllTopics
            || (api.Api == KafkaApi.Metadata && judgement.UnknownIds.Count > 0);
        return asksForMore && !judgement.Policy.Shows(judgement.Request, null)
            ? new TopicsEdit(api, version, judgement, ids, default, cursors)
            : Teaches(header) ? new TopicsEdit(api, version, null, ids, default, cursors) : null;
    }

    private SessionEdit OpeningOf(RequestHeader header, RequestFacts facts, Judgement judgement)
    {
        var policy = judgement.Policy;
        var share = (facts.Groups.FirstOrDefault(), facts.Member);
        return new SessionEdit(header.Api, header.Version, header.Api.Api == KafkaApi.Fetch
            ? id => sessions.Opened(id, policy)
            : _ => sessions.Opened(share, policy));
    }

    /// <summary>The reply has topics' names beside their ids.</summary>
    private static bool Teaches(RequestHeader header) => header.Api.Api switch
    {
        KafkaApi.Metadata => header.Version >= 10,
        KafkaApi.CreateTopics => header.Version >= 7,
        KafkaApi.DescribeTopicPartitions => true,
        _ => false,
    };

    private RequestPlan Deny(RequestHeader header, RequestFacts facts, Judgement judgement, int bodyStart)
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
            // A Fetch opens none then; a share group's has no other way to fetch.
            var opening = header.Api.Api == KafkaApi.ShareFetch && SessionGuard.IsOpening(header, facts)
                ? OpeningOf(header, facts, judgement) : null;
            return new RequestPlan
            {
                Judgement = judgement,
                IsForwarded = true,
                Denial = Whole(judgement),
                Rewrite = frame => Rewrite(header, judgement, code, opening, frame, bodyStart),
            };
        }

        return new RequestPlan { Judgement = judgement, Denial = Whole(judgement) };
    }

    /// <summary>
    /// Request and reply have a list of topics at their top, so that some can be taken out and put in.
    /// </summary>
    private static bool IsPerTopic(RequestHeader header) =>
        header.Api.Request(header.Version).Find("topics")?.Inner is { } asked
        && (asked.Topic is not null || asked.TopicId is not null)
        && header.Api.Reply(header.Version).Find("topics") is not null;

    private static DenialCode Whole(Judgement judgement)
    {
        var decision = judgement.Decision;
        var isUnknownOnly = decision is { Denial: KafkaDenial.Topic, DeniedTopics.IsEmpty: true }
            && judgement.UnknownIds.Count > 0;
        return DenialCode.Whole(
            isUnknownOnly ? DenialCode.UnknownTopicId : (short)decision.Denial,
            decision.Denial == KafkaDenial.Topic,
            judgement.UnknownIds);
    }

    private RewrittenRequest Rewrite(
        RequestHeader header,
        Judgement judgement,
        DenialCode code,
        SessionEdit? opening,
        ReadOnlyMemory<byte> frame,
        int bodyStart)
    {
        var (api, version) = (header.Api, header.Version);
        var layout = api.Request(version);
        var denied = DenialWriter.Topics(api, version, new BodyView(frame.Span[bodyStart..]), code);
        var kept = RequestEdit.WithoutTopics(frame.Span, bodyStart, layout, (name, id) =>
            code.Topics is not null && !(name is not null && code.Topics.Contains(name))
                && !(id is { } known && code.TopicIds.Contains(known)));
        if (api.Api == KafkaApi.Metadata)
        {
            // Metadata is never answered without the broker: a reply that names no brokers is ignored by clients.
            var asks = judgement.UnknownIds.Count > 0 && code.Topics is not null;
            return new RewrittenRequest(kept, new TopicsEdit(
                api, version, asks ? judgement : null, ids, denied, cursors, hidesAll: code.Topics is null));
        }

        if (api.Api == KafkaApi.Fetch && version >= 7)
        {
            RequestEdit.WithoutSession(kept, bodyStart, layout);
        }

        return new RewrittenRequest(kept, new InsertEdit(api, version, denied.Elements, denied.Count, opening));
    }
}
