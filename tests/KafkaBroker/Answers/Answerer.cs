using Jumpgate.KafkaBroker.Apis;
using Jumpgate.KafkaBroker.Serving;
using Jumpgate.KafkaBroker.Wire;

namespace Jumpgate.KafkaBroker.Answers;

/// <summary>What the cluster answers to each API.</summary>
internal sealed class Answerer
{
    private readonly Dictionary<string, Func<Call, ValueTask<Message?>>> _answers = new(StringComparer.Ordinal);

    public Answerer(Cluster cluster)
    {
        new TopicAnswers(cluster).AddTo(this);
        new RecordAnswers(cluster).AddTo(this);
        new GroupAnswers(cluster).AddTo(this);
        new OffsetAnswers(cluster).AddTo(this);
        new TransactionAnswers(cluster).AddTo(this);
        new AdminAnswers(cluster).AddTo(this);
        Add("ApiVersions", _ => Versions(ErrorCode.None));
    }

    public void Add(string api, Func<Call, ValueTask<Message?>> answer) => _answers.Add(api, answer);

    public void Add(string api, Func<Call, Message> answer) =>
        _answers.Add(api, call => ValueTask.FromResult<Message?>(answer(call)));

    /// <returns>Null: the API has no reply to this request.</returns>
    public ValueTask<Message?> AnswerAsync(Call call) => _answers[call.Api.Name](call);

    public Message Versions(ErrorCode error) => new()
    {
        ["errorCode"] = (short)error,
        ["apiKeys"] = ApiLayout.All.Where(a => _answers.ContainsKey(a.Name)).OrderBy(a => a.Key).Select(a => new Message
        {
            ["apiKey"] = a.Key,
            ["minVersion"] = a.First,
            ["maxVersion"] = a.Last,
        }).ToList(),
    };
}
