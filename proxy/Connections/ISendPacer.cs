namespace Jumpgate.Connections;

/// <summary>
/// What is sent to a joined socket goes into its queue, which has no window: a slow reader would take any amount of
/// memory. So whoever sends waits, where a reader does not keep up.
/// </summary>
public interface ISendPacer
{
    /// <summary>Bytes that are best sent at once.</summary>
    int PieceSize { get; }

    /// <summary>Completes when so many bytes may be sent.</summary>
    ValueTask WaitAsync(int bytes);
}
