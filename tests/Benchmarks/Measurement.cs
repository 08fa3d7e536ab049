namespace Jumpgate.Benchmarks;

/// <summary>What one run of a load generator showed. Times are microseconds.</summary>
/// <param name="RequestsPerSecond">Answered with 200.</param>
/// <param name="P50">Of the requests' latencies; so are the next two.</param>
/// <param name="P90">A tenth took longer.</param>
/// <param name="P99">One in a hundred took longer.</param>
/// <param name="CpuMicroseconds">Of the whole machine's processors, per request, the load generator and the server
/// included.</param>
internal sealed record Measurement(
    double RequestsPerSecond, double P50, double P90, double P99, double CpuMicroseconds);
