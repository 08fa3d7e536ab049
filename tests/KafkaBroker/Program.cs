using Jumpgate.KafkaBroker.Wire;
static string S(IReadOnlyList<FieldLayout> fs, short v) => string.Join(' ', fs.Where(f => f.IsIn(v)).Select(f => T(f, v)));
static string T(FieldLayout f, short v) => (f.Kind switch { FieldKind.Array => $"[{T(f.Items[0], v)}]", FieldKind.Struct => "{" + S(f.Items, v) + "}", _ => f.Kind.ToString() }) + (f.IsNullableIn(v) ? "?" : "");
foreach (var api in Jumpgate.KafkaBroker.Apis.ApiLayout.All)
{
    for (var v = api.First; v <= api.Last; v++) Console.WriteLine($"{api.Name} {v} {api.IsFlexible(v)} > {S(api.Request, v)} < {S(api.Response, v)}");
}
