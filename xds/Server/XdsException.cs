namespace Jumpgate.Xds;

/// <summary>The server cannot start; the message says what to do.</summary>
public sealed class XdsException : Exception
{
    public XdsException()
    {
    }

    public XdsException(string message)
        : base(message)
    {
    }

    public XdsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
