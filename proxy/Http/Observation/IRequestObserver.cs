namespace Jumpgate.Http.Observation;

/// <summary>
/// Hears of every request exactly once, when its response is complete or it failed. Must not throw or block.
/// </summary>
public interface IRequestObserver
{
    /// <summary>
    /// True where the request's details are wanted: only then is a <see cref="HttpRequestRecord"/> made.
    /// </summary>
    bool Wants(RequestOutcome outcome);

    /// <summary>For metrics: always called, allocates nothing.</summary>
    void Count(in RequestCount count);

    /// <summary>For the monitor: called in addition to <see cref="Count"/> where wanted.</summary>
    void Record(HttpRequestRecord record);
}
