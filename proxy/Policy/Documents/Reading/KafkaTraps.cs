using Jumpgate.Policy.Kafka;

namespace Jumpgate.Policy.Documents.Reading;

/// <summary>
/// Warns about Kafka rules that are valid, and probably mean something else than their author thinks.
/// </summary>
internal static class KafkaTraps
{
    public static void Find(KafkaRule rule, Field field)
    {
        if (rule.GrantsEveryApi && rule.Version is not null)
        {
            field.Warn("grants every API of that version, those that create and delete topics too; name a role or an apiKey");
        }
        else if (rule.Role != KafkaRole.None && rule.Topic is null)
        {
            field.Warn($"role {rule.Role.ToString().ToLowerInvariant()} without a topic covers every topic; name one, or write "
                + "topic: \"*\" if that is meant");
        }

        if (rule.Api is { } api)
        {
            FindNeedless(rule, api, field);
        }
        else if (rule is { Role: KafkaRole.Consume, TransactionalId: not null })
        {
            field.Warn("no API of role consume carries a transactional id: the condition never applies");
        }
    }

    /// <summary>Rules of one list that an earlier or later one makes needless.</summary>
    public static void FindShadowed(IReadOnlyList<(KafkaRule Rule, Field Field)> rules)
    {
        var left = PolicyLimits.MaxKafkaComparisons;
        for (var i = 0; i < rules.Count; i++)
        {
            for (var j = 0; j < rules.Count && left > 0; j++, left--)
            {
                // Of two equal rules, the later one is the needless one.
                if (i != j && Covers(rules[j].Rule, rules[i].Rule) && (j < i || !Covers(rules[i].Rule, rules[j].Rule)))
                {
                    rules[i].Field.Warn(
                        $"decides nothing: the rule {rules[j].Field.Path} at {rules[j].Rule.Location} allows all "
                        + "that this one does; remove one of them");
                    break;
                }
            }
        }
    }

    private static bool Covers(KafkaRule wide, KafkaRule narrow) =>
        (wide.Version is null || wide.Version == narrow.Version)
        && (wide.ClientId is null || wide.ClientId == narrow.ClientId)
        && Covers(wide.Topic, narrow.Topic) && Covers(wide.Group, narrow.Group)
        && Covers(wide.TransactionalId, narrow.TransactionalId)
        && CoversApis(wide, narrow);

    private static bool Covers(KafkaName? wide, KafkaName? narrow) =>
        wide is not { } pattern || (narrow is { } other && pattern.Covers(other));

    private static bool CoversApis(KafkaRule wide, KafkaRule narrow) =>
        wide.GrantsEveryApi
        || (narrow.Api is { } api
            ? wide.Api == api || (api != KafkaApi.FindCoordinator && KafkaRoles.Grant(wide.Roles, api, null))
            : !narrow.GrantsEveryApi && (wide.Roles & narrow.Roles) == narrow.Roles);

    private static void FindNeedless(KafkaRule rule, KafkaApi api, Field field)
    {
        if (KafkaRoles.IsAlwaysAllowed(api))
        {
            field.Warn($"{api} is always allowed: the rule adds nothing");
            return;
        }

        var isCoordinator = api == KafkaApi.FindCoordinator;
        WarnUnless(rule.Topic is null || KafkaApis.CarriesTopics(api), "topic");
        WarnUnless(rule.Group is null || isCoordinator || KafkaApis.CarriesGroups(api, null), "group");
        WarnUnless(
            rule.TransactionalId is null || isCoordinator
            || KafkaApis.CarriesTransactionalIds(api, null), "transactionalID");

        void WarnUnless(bool carried, string condition)
        {
            if (!carried)
            {
                field.Warn($"{api} carries no {condition}: the condition never applies, and the API is granted without it");
            }
        }
    }
}
