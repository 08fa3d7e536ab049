using System.Globalization;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Agent.Explain;

/// <summary>
/// A Kafka request as <c>API topic=T client=C version=N group=G txn=X acks=N</c>: the API by its Kafka name in any case
/// (or <c>consume</c>, which is Fetch), <c>topic=</c>, <c>group=</c> and <c>txn=</c> once for each, <c>topic=*</c> for
/// all topics.
/// </summary>
/// <param name="NoReply">Produce with acks=0.</param>
internal sealed record KafkaQuestion(KafkaRequest Request, bool NoReply)
{
    /// <summary>Where no version is asked about: one that no rule's <c>apiVersion</c> is.</summary>
    private const short NoVersion = -1;

    /// <returns>Null with <paramref name="error"/> where no client could ask that.</returns>
    public static KafkaQuestion? TryParse(string text, out string? error)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || !TryParseApi(words[0], out var api))
        {
            error = $"--kafka '{text}' does not begin with an API of Kafka, such as produce or Fetch";
            return null;
        }

        var question = new KafkaQuestion(new KafkaRequest { Api = api, Version = NoVersion }, false);
        foreach (var word in words.Skip(1))
        {
            if (word.Split('=', 2) is not [var key, { Length: > 0 } value] || question.With(key, value) is not { } next)
            {
                error = $"--kafka: '{word}' is not topic=, client=, version=N, group=, txn=, or (Produce only) acks=0|1|all";
                return null;
            }

            question = next;
        }

        error = question.FindProblem();
        return error is null ? question with { Request = WithCoordinator(question.Request) } : null;
    }

    private static bool TryParseApi(string word, out KafkaApi api)
    {
        api = KafkaApi.Fetch;
        return word.Equals("consume", StringComparison.OrdinalIgnoreCase) || KafkaApis.TryParse(word, out api);
    }

    private KafkaQuestion? With(string key, string value)
    {
        switch (key.ToUpperInvariant())
        {
            case "TOPIC":
                return this with
                {
                    Request = value == "*" ? Request with { AllTopics = true }
                        : Request.Topics.Contains(value) ? Request
                        : Request with { Topics = Request.Topics.Add(value) },
                };
            case "GROUP":
                return this with { Request = Request with { Groups = Request.Groups.Add(value) } };
            case "TXN":
                return this with { Request = Request with { TransactionalIds = Request.TransactionalIds.Add(value) } };
            case "CLIENT":
                return this with { Request = Request with { ClientId = value } };
            case "VERSION":
                return short.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
                    ? this with { Request = Request with { Version = version } }
                    : null;
            case "ACKS" when Request.Api == KafkaApi.Produce && value is "0" or "1" or "-1" or "all":
                return this with { NoReply = value == "0" };
            default:
                return null;
        }
    }

    private string? FindProblem()
    {
        var api = Request.Api;
        var coordinator = api == KafkaApi.FindCoordinator;
        if ((Request.AllTopics || !Request.Topics.IsEmpty) && !KafkaApis.CarriesTopics(api))
        {
            return $"--kafka: {api} carries no topic; leave topic= out";
        }

        if (Request.AllTopics && !Request.Topics.IsEmpty)
        {
            return "--kafka: topic=* asks for all topics; leave the others out";
        }

        if (Request.AllTopics && KafkaRoles.Of(api) != KafkaRole.None && !KafkaApis.FiltersAllTopics(api))
        {
            return $"--kafka: {api} names its topics, it cannot ask for all of them; name one";
        }

        if (!Request.Groups.IsEmpty && !coordinator && !KafkaApis.CarriesGroups(api, null))
        {
            return $"--kafka: {api} carries no group; leave group= out";
        }

        if (!Request.TransactionalIds.IsEmpty && !coordinator && !KafkaApis.CarriesTransactionalIds(api, null))
        {
            return $"--kafka: {api} carries no transactional id; leave txn= out";
        }

        return coordinator && !Request.Groups.IsEmpty && !Request.TransactionalIds.IsEmpty
            ? "--kafka: FindCoordinator asks for groups or for transactional ids, not for both"
            : null;
    }

    private static KafkaRequest WithCoordinator(KafkaRequest request) =>
        request.Api != KafkaApi.FindCoordinator ? request
        : request with
        {
            Coordinator = request.TransactionalIds.IsEmpty
                ? KafkaCoordinatorType.Group : KafkaCoordinatorType.Transaction,
        };
}
