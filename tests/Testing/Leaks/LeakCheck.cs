namespace Jumpgate.Testing;

/// <summary>
/// Compares the machine before and after. Additions of every kind are leaks; of links, qdiscs, rules and routes so are
/// disappearances, since those were somebody's.
/// </summary>
public sealed class LeakCheck
{

    private readonly LeakOptions options;
    private readonly IReadOnlySet<string> before;

    private LeakCheck(LeakOptions options)
    {
        this.options = options;
        before = LeakInventory.Take(options);
    }

    /// <summary>Takes the picture to compare with.</summary>
    public static LeakCheck Start(LeakOptions? options = null) => new(options ?? new LeakOptions());

    /// <summary>Compares now.</summary>
    /// <returns>One line per difference; empty where there is none.</returns>
    public IReadOnlyList<string> Differences()
    {
        var after = LeakInventory.Take(options);
        var added = after.Except(before).Select(item => $"left behind: {item}");
        var missing = before.Except(after).Where(LeakInventory.MustStay).Select(item => $"gone: {item}");
        return [.. added.Concat(missing).Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Fails with the list of differences. The kernel frees namespaces and BPF objects a moment after their last user,
    /// so what is only slow gets the time to go.
    /// </summary>
    /// <exception cref="InvalidOperationException">Something is left.</exception>
    public async Task AssertNothingLeftAsync(TimeSpan? patience = null)
    {
        IReadOnlyList<string> differences = [];
        try
        {
            await Wait.UntilAsync(
                () => (differences = Differences()).Count == 0,
                patience ?? Wait.Patience,
                "the machine to be as before");
        }
        catch (TimeoutException exception)
        {
            throw new InvalidOperationException(
                $"the machine is not as before:\n{string.Join('\n', differences)}", exception);
        }
    }

    /// <inheritdoc cref="AssertNothingLeftAsync"/>
    public void AssertNothingLeft(TimeSpan? patience = null) =>
        AssertNothingLeftAsync(patience).GetAwaiter().GetResult();
}
