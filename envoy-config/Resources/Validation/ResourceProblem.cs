namespace Jumpgate.EnvoyConfig.Resources.Validation;

/// <summary>One thing in a message that Envoy would refuse, or take and ignore.</summary>
/// <param name="Path">Field names of the definition from the resource on: <c>filter_chains[0].filters[1].name</c>;
/// empty for the resource itself. What an <c>Any</c> holds follows its type:
/// <c>typed_config&lt;envoy...Router&gt;.start_child_span</c>.</param>
/// <param name="Rule">The rule as the definition writes it, <c>string.min_len: 1</c>, or what else is wrong.</param>
public sealed record ResourceProblem(string Path, string Rule)
{
    public override string ToString() => Path.Length == 0 ? Rule : $"{Path}: {Rule}";
}
