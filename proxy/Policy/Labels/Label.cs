namespace Jumpgate.Policy.Labels;

/// <summary>
/// A security label. <paramref name="Source"/> is <c>k8s</c>, <c>container</c>, <c>reserved</c>, <c>cidr</c>, ... or
/// <c>unspec</c> where none was written.
/// </summary>
public readonly record struct Label(string Source, string Key, string Value)
{
    public const string Unspecified = "unspec";

    /// <summary>
    /// As written by an operator: no prefix for <see cref="Unspecified"/>, no <c>=</c> for an empty value.
    /// </summary>
    public override string ToString()
    {
        var text = Value.Length == 0 ? Key : $"{Key}={Value}";
        return Source == Unspecified ? text : $"{Source}:{text}";
    }
}
