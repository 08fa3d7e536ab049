namespace Jumpgate.Policy.Documents.Reading;

/// <summary>Collects what is to be said about one document.</summary>
internal sealed class DiagnosticSink(string file)
{
    private readonly List<PolicyDiagnostic> _diagnostics = [];
    private int _dropped;

    /// <summary>The document's name for the diagnostics, once it is known.</summary>
    public string? Policy { get; set; }

    public bool HasErrors { get; private set; }

    public SourceLocation At(int line) => new(file, line);

    public void Error(int line, string field, string message)
    {
        HasErrors = true;
        Add(new PolicyDiagnostic(PolicySeverity.Error, At(line), Policy, field, message));
    }

    public void Warn(int line, string field, string message) =>
        Add(new PolicyDiagnostic(PolicySeverity.Warning, At(line), Policy, field, message));

    /// <summary>In the order of the file, all of them under the name that was found.</summary>
    public IEnumerable<PolicyDiagnostic> Drain()
    {
        var ordered = _diagnostics.OrderBy(d => d.Location.Line).Select(d => d with { Policy = Policy });
        if (_dropped == 0)
        {
            return ordered;
        }

        // The severity of the worst one that was left out is unknown; the document's own is what matters.
        var severity = HasErrors ? PolicySeverity.Error : PolicySeverity.Warning;
        return ordered.Append(new PolicyDiagnostic(
            severity, At(_diagnostics[^1].Location.Line), Policy, "", $"{_dropped} more of these are not shown"));
    }

    private void Add(PolicyDiagnostic diagnostic)
    {
        if (_diagnostics.Count < PolicyLimits.MaxDiagnosticsPerDocument)
        {
            _diagnostics.Add(diagnostic);
        }
        else
        {
            _dropped++;
        }
    }
}
