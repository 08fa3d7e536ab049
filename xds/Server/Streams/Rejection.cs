namespace Jumpgate.Xds.Streams;

/// <summary>A NACK: what the client said to which response.</summary>
/// <param name="Code">A google.rpc.Code.</param>
/// <param name="Message">Of bounded length, on one line: it is kept, and clients may say much.</param>
/// <param name="Resources">What the response held; those that are wanted still and not yet accepted in another
/// version.</param>
internal sealed record Rejection(
    string Version, string Nonce, int Code, string Message, DateTimeOffset At, HashSet<string> Resources);
