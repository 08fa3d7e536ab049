namespace Jumpgate.Benchmarks;

/// <summary>One round's figure, where there is but one.</summary>
internal sealed record Figure(double Value, string Unit);
