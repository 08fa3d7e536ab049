namespace Jumpgate.Policy.Labels;

/// <summary>
/// Which labels say who a workload is. One that says how its bytes travel does not: changing it changes no identity,
/// and so touches no connection.
/// </summary>
public static class IdentityLabels
{
    /// <summary>A workload's limit for lanes. No selector sees it.</summary>
    public const string LaneMode = "jumpgate.dev/lanes";

    public static LabelSet Of(LabelSet labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return labels.Any(l => l.Key == LaneMode) ? new LabelSet(labels.Where(l => l.Key != LaneMode)) : labels;
    }
}
