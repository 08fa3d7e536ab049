namespace Jumpgate.Policy.Identities;

/// <summary>
/// The number of a set of security labels. Reserved numbers are Cilium's; see <see cref="ReservedIdentity"/>.
/// </summary>
public readonly record struct NumericIdentity(uint Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
