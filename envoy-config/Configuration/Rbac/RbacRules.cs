using System.Collections.Immutable;
using Envoy.Config.Rbac.V3;

namespace Jumpgate.EnvoyConfig.Rbac;

/// <summary>What a filter enforces.</summary>
/// <param name="Allow">Action ALLOW: what none of its policies matches is denied.</param>
/// <param name="Deny">Action DENY, asked before; null where no deny rule matches anybody. It takes nothing from
/// <paramref name="Allow"/> that is not missing there already, but it names the rule in logs and statistics.</param>
/// <param name="Shadow">Action ALLOW, never enforced: what <paramref name="Allow"/> would be if documents in audit mode
/// were enforced; null where none matters.</param>
/// <param name="Refusals">Rules that are left out.</param>
public sealed record RbacRules(RBAC Allow, RBAC? Deny, RBAC? Shadow, ImmutableArray<Refusal> Refusals);
