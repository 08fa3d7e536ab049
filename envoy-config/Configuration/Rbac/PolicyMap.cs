using Envoy.Config.Rbac.V3;
using Jumpgate.Policy.Snapshots;
using RbacPolicy = Envoy.Config.Rbac.V3.Policy;

namespace Jumpgate.EnvoyConfig.Rbac;

/// <summary>Policies under the names of the rules that they come from: what Envoy's logs and statistics show.</summary>
/// <param name="hasLines">
/// Names say where a rule is written. Only where a new name costs nothing, which is in routes: a listener's connections
/// are drained for it, and would be closed by a comment above the rule that allows them.
/// </param>
internal sealed class PolicyMap(RBAC.Types.Action action, bool hasLines)
{
    private readonly RBAC _rbac = new() { Action = action };

    /// <summary>Null for ALLOW means that everything is denied, so that it is never left out.</summary>
    public RBAC Rules => _rbac;

    public bool IsEmpty => _rbac.Policies.Count == 0;

    public void Add(RuleReference? rule, IEnumerable<Permission> permissions, IEnumerable<Principal> principals)
    {
        var name = NameOf(rule);
        var free = name;
        for (var i = 2; _rbac.Policies.ContainsKey(free); i++)
        {
            free = $"{name} #{i}";
        }

        _rbac.Policies.Add(free, new RbacPolicy { Permissions = { permissions }, Principals = { principals } });
    }

    private string NameOf(RuleReference? rule) => rule is null ? "no rule"
        : hasLines
            ? $"{rule.Document.QualifiedName} ({Path.GetFileName(rule.Location.File)}:{rule.Location.Line})"
            : rule.Document.QualifiedName;
}
