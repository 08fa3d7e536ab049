namespace Jumpgate.EnvoyConfig.Resources.Validation;

/// <summary>One rule of <c>validate.rules</c>, on one value.</summary>
/// <param name="Kind">As <c>string.min_len</c>.</param>
/// <param name="Text">With its argument, as <c>string.min_len: 1</c>.</param>
/// <param name="Holds">Null where the kind is not implemented: whoever has such a rule is refused, never
/// passed.</param>
internal sealed record ValueRule(string Kind, string Text, Func<object, bool>? Holds);
