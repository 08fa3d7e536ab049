using System.Collections.Immutable;

namespace Jumpgate.EnvoyConfig.Resources.Validation;

/// <summary>Collects problems of one resource.</summary>
/// <param name="excused">Full names of deprecated fields that may be set.</param>
internal sealed class Findings(IReadOnlySet<string> excused)
{
    private readonly ImmutableArray<ResourceProblem>.Builder _problems =
        ImmutableArray.CreateBuilder<ResourceProblem>();

    public void Add(string path, string rule) => _problems.Add(new ResourceProblem(path, rule));

    public bool Excuses(string field) => excused.Contains(field);

    public ImmutableArray<ResourceProblem> ToImmutable() => _problems.ToImmutable();
}
