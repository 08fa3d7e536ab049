namespace Jumpgate.Benchmarks;

/// <summary>Namespaces that one peer has for itself.</summary>
internal static class OwnLab
{
    /// <summary>Makes them with a server, and starts the peer; on failure they go.</summary>
    /// <param name="start">Given the lab, which goes with the peer.</param>
    public static async Task<IRunningPeer> StartAsync(Func<BenchLab, Task<HttpPeer>> start)
    {
        var lab = new BenchLab();
        try
        {
            await lab.StartServerAsync();
            return new Peer(await start(lab), lab);
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    private sealed class Peer(HttpPeer inner, BenchLab lab) : IRunningPeer
    {
        public Task<Measurement> MeasureAsync(Work work) => inner.MeasureAsync(work);

        public async ValueTask DisposeAsync()
        {
            try
            {
                await inner.DisposeAsync();
            }
            finally
            {
                await lab.DisposeAsync();
            }
        }
    }
}
