namespace Jumpgate.Policy.Identities;

/// <summary>
/// The number of a set of security labels. Reserved numbers are Cilium's; see <see cref="ReservedIdentity"/>.
/// </summary>
public readonly record struct NumericIdentity(uint Value)
{
    /// <summary>Of workloads; all of them are this node's.</summary>
    public bool IsWorkload => Value is >= ReservedIdentity.FirstWorkload and < ReservedIdentity.FirstCidr;

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
