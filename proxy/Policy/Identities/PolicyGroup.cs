namespace Jumpgate.Policy.Identities;

/// <summary>
/// Workloads that policy cannot tell apart: equal labels (so one identity) and equal named ports. Everything that is
/// not a workload has a group with the number of its identity. The kernel's policy map and rule sets are keyed by
/// group, so that two workloads of one identity may still give a port name different numbers.
/// </summary>
public readonly record struct PolicyGroup(uint Value)
{
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
