namespace Jumpgate.Agent;

#pragma warning disable CA1032 // always made with a line for the operator
/// <summary>The agent cannot start. The message is one line: what, where, and the way out.</summary>
public sealed class AgentException : Exception
{
    public AgentException(string message)
        : base(message)
    {
    }

    public AgentException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
