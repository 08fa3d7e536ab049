namespace Jumpgate.EndToEnd.Tests.Integrity;

/// <summary>A byte that is not the one it should be, or a message that nobody sent.</summary>
internal sealed class IntegrityException(string message) : Exception(message);
