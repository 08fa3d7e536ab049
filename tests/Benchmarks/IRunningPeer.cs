namespace Jumpgate.Benchmarks;

/// <summary>A peer that is ready; disposing stops it.</summary>
internal interface IRunningPeer : IAsyncDisposable
{
    /// <summary>Warms up as the work needs, and measures.</summary>
    /// <exception cref="InvalidOperationException">It does not do what its rules say; why, in one line.</exception>
    Task<Measurement> MeasureAsync(Work work);
}
