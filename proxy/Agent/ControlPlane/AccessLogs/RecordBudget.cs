namespace Jumpgate.Agent.ControlPlane.AccessLogs;

/// <summary>
/// How many records one stream may make: the monitor's memory is one ring for all, and no node is to push out what
/// others said. For one reader at a time.
/// </summary>
internal sealed class RecordBudget(TimeProvider time)
{
    public const int Burst = 1000;
    public const int PerSecond = 500;

    private double _left = Burst;
    private long _at = time.GetTimestamp();

    public bool TryTake()
    {
        var now = time.GetTimestamp();
        _left = Math.Min(Burst, _left + (time.GetElapsedTime(_at, now).TotalSeconds * PerSecond));
        _at = now;
        if (_left < 1)
        {
            return false;
        }

        _left--;
        return true;
    }
}
