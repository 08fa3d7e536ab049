namespace Jumpgate.Http.Tests.Sockets;

/// <summary>These look at all pipes of the process.</summary>
[CollectionDefinition(nameof(SplicesAlone), DisableParallelization = true)]
public sealed class SplicesAlone;
