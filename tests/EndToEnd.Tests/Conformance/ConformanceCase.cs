namespace Jumpgate.EndToEnd.Tests.Conformance;

/// <summary>One sentence of the policy's specification with a request that shows it.</summary>
internal sealed record ConformanceCase
{
    /// <summary>Unique; the name of the test.</summary>
    public required string Name { get; init; }

    /// <summary>What the specification says, word for word.</summary>
    public required string Sentence { get; init; }

    /// <summary>
    /// The list under <c>http</c>, for peers of org=empire; or, where it does not begin with a bracket, whole specs
    /// divided by <c>---</c>, in which <c>PORT</c> is the case's port and <c>NEXT</c> the one after it. A spec that
    /// begins with <c># audit</c> belongs to a document in audit mode, one that begins with <c># egress</c> selects the
    /// server as the sender.
    /// </summary>
    public required string Rules { get; init; }

    /// <summary>Method and target.</summary>
    public required string Request { get; init; }

    /// <summary>Header lines, divided by CRLF; <c>PORT</c> is the case's port.</summary>
    public string Headers { get; init; } = "Host: server";

    public string Body { get; init; } = string.Empty;

    public string From { get; init; } = "client";

    /// <summary>The workload that the rules protect.</summary>
    public string To { get; init; } = "server";

    /// <summary>Added to the port of the rules: what is asked is another port.</summary>
    public int PortOffset { get; init; }

    /// <summary>ALLOWED, DENIED, DROPPED or AUDIT.</summary>
    public required string Verdict { get; init; }

    /// <summary>0 where no connection can be made.</summary>
    public required int Status { get; init; }

    /// <summary>
    /// Request line and header lines that the server sees; null for exactly what was sent. Only where it is forwarded.
    /// </summary>
    public string? Forwarded { get; init; }

    /// <summary>Part of explain's reason.</summary>
    public string Reason { get; init; } = string.Empty;

    /// <summary>The Location of a 307.</summary>
    public string? Location { get; init; }

    /// <summary>False for what explain cannot be asked: it adds a Host where there is none.</summary>
    public bool CanBeExplained { get; init; } = true;

    public bool IsHttp2 { get; init; }

    public bool IsForwarded => Verdict is "ALLOWED" or "AUDIT";

    /// <summary>A refused message ends its connection, since nobody knows where the next one begins.</summary>
    public bool StaysUsable => Status is 200 or 307 or 403;

    public override string ToString() => Name;
}
