namespace Jumpgate.Sockmap.Automata;

/// <summary>What the table says of a head; the default is "don't know".</summary>
/// <param name="HeadLength">Bytes, the empty line included.</param>
/// <param name="BodyLength">Bytes that follow.</param>
/// <param name="Method">enum request_method.</param>
/// <param name="EgressRule">Index of the deciding rule, egress before ingress; uint.MaxValue where that direction has
/// none.</param>
/// <param name="IngressRule">Likewise.</param>
public readonly record struct HeadVerdict(
    bool IsAllowed, int HeadLength, uint BodyLength, uint Method, uint EgressRule, uint IngressRule);
