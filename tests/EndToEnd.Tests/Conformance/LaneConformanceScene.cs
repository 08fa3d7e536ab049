namespace Jumpgate.EndToEnd.Tests.Conformance;

/// <summary>The scene with lanes in which the kernel decides.</summary>
public sealed class LaneConformanceScene : ConformanceScene
{
    protected override string LaneMode => "policy";
}
