namespace Jumpgate.Grpc;

/// <summary>
/// The end of a call: a code, and a sentence for people. It travels as <c>grpc-status</c> and <c>grpc-message</c>.
/// </summary>
public readonly record struct Status(StatusCode StatusCode, string Detail)
{
    public static Status DefaultSuccess { get; } = new(StatusCode.OK, string.Empty);
}
