using Jumpgate.Policy.Snapshots;

namespace Jumpgate.Http.Observation;

/// <param name="Protocol"><c>HTTP/1.1</c>, <c>HTTP/1.0</c> or <c>HTTP/2</c>.</param>
/// <param name="Rule">The deciding rule, where there is one.</param>
/// <param name="Status">HTTP status sent to the client; 0 where none was.</param>
/// <param name="Duration">From the request head's arrival to the response's end.</param>
public readonly record struct RequestCount(
    RequestOutcome Outcome, string Protocol, RuleReference? Rule, int Status, TimeSpan Duration);
