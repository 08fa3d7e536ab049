namespace Jumpgate.Http.Observation;

public enum RequestOutcome
{
    /// <summary>Allowed and answered by the server.</summary>
    Forwarded,
    /// <summary>403, or gRPC status 7.</summary>
    Denied,
    /// <summary>Forwarded, although a document in audit mode would have denied it.</summary>
    Audit,
    /// <summary>400, 307 and their like: judged by the filter itself before any rule.</summary>
    Rejected,
    /// <summary>The server could not be reached, broke off or spoke nonsense; or the client went away.</summary>
    Error,
}
