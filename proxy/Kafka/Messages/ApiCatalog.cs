using Jumpgate.Kafka.Descriptions;
using Jumpgate.Policy.Kafka;

namespace Jumpgate.Kafka.Messages;

/// <summary>
/// All APIs, described as data (after the protocol guide and the message definitions of Kafka 4.1). An API's
/// description is its name and versions, the request's fields after <c>&gt;</c>, the reply's after <c>&lt;</c>:
/// <code>
/// name:type            i8 i16 u16 i32 i64 f64 bool uuid str bytes records
/// name:[a:i32 b:str] an array of structures; [=a:i32] of plain values with a name, [=i32] of values that nobody asks
/// for name:(a:i32) a structure
/// ?type  ?7+|type      may be null, always or in these versions
/// @3+ @0-2 @5  #1@3+   the versions that have the field; tagged field number 1 in these
/// =-1  =empty          what a denial puts here: else 0, null where allowed, else empty
/// *                    a body that is not looked into
/// </code>
/// Names are ours, and mean something: see <see cref="FieldRole"/>. A field of the reply with the name of one of the
/// request's repeats it in a denial, and an array has an element for each element of the request's array of that name
/// (<c>dirs.topics</c>: of the topics of all dirs; <c>a+b</c>: of both arrays).
/// </summary>
internal static class ApiCatalog
{
    private static readonly ApiDescription?[] s_apis = Build();

    public static IEnumerable<ApiDescription> All => s_apis.OfType<ApiDescription>();

    public static ApiDescription? Find(short key) => (uint)key < (uint)s_apis.Length ? s_apis[key] : null;

    public static ApiDescription Get(KafkaApi api) => s_apis[(int)api]!;

    private static ApiDescription?[] Build()
    {
        var apis = new ApiDescription?[(int)Enum.GetValues<KafkaApi>().Max() + 1];
        string[] texts =
            [DataApis.Text, GroupApis.Text, TransactionApis.Text, AdminApis.Text, ClusterApis.Text];
        foreach (var api in texts.SelectMany(DescriptionReader.ReadAll))
        {
            apis[(int)api.Api] = apis[(int)api.Api] is null
                ? api
                : throw new FormatException($"{api.Api} is described twice.");
        }

        return apis;
    }
}
