using System.Collections.Immutable;
using System.Text;
using Jumpgate.Policy.Documents.Reading;
using Jumpgate.Policy.Documents.Yaml;

namespace Jumpgate.Policy.Documents;

/// <summary>
/// Reads CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy documents (<c>cilium.io/v2</c>). Never throws for bad
/// input: a bad document is refused with every error in it, the others of its file stay. No I/O.
/// </summary>
public static class PolicyReader
{
    /// <param name="file">The name that locations show; nothing is opened.</param>
    /// <param name="yaml">The file's text.</param>
    public static PolicyFileResult Read(string file, string yaml)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(yaml);
        if (FindObstacle(yaml) is var (line, obstacle))
        {
            return new PolicyFileResult(
                file, [], [new PolicyDiagnostic(
                    PolicySeverity.Error, new SourceLocation(file, line), null, "", obstacle)]);
        }

        var documents = ImmutableArray.CreateBuilder<PolicyDocument>();
        var diagnostics = ImmutableArray.CreateBuilder<PolicyDiagnostic>();
        foreach (var chunk in YamlChunk.Split(yaml.TrimStart('\ufeff')))
        {
            if (!chunk.IsEmpty())
            {
                // One document's worth more than is shown, so that the end can tell that there was more.
                diagnostics.Count = Math.Min(diagnostics.Count, PolicyLimits.MaxDiagnosticsPerFile + 1);
                ReadChunk(file, chunk, documents, diagnostics);
            }
        }

        if (diagnostics.Count > PolicyLimits.MaxDiagnosticsPerFile)
        {
            diagnostics.Count = PolicyLimits.MaxDiagnosticsPerFile;
            diagnostics.Add(new PolicyDiagnostic(
                PolicySeverity.Error, new SourceLocation(file, 0), null, "",
                "there is more wrong with this file than is shown"));
        }

        return new PolicyFileResult(file, documents.DrainToImmutable(), diagnostics.DrainToImmutable());
    }

    private static void ReadChunk(
        string file,
        YamlChunk chunk,
        ImmutableArray<PolicyDocument>.Builder documents,
        ImmutableArray<PolicyDiagnostic>.Builder diagnostics)
    {
        var sink = new DiagnosticSink(file);
        var reader = new YamlTreeReader(chunk, (line, path, message) => sink.Error(line, path, message));
        while (reader.TryReadDocument(out var root))
        {
            if (root is not YamlScalar { Kind: YamlScalarKind.Null }
                && DocumentReader.Read(root, sink) is { } document && !sink.HasErrors)
            {
                documents.Add(document);
            }

            diagnostics.AddRange(sink.Drain());
            sink = new DiagnosticSink(file);
        }

        diagnostics.AddRange(sink.Drain());
    }

    /// <summary>What makes the whole file unreadable.</summary>
    private static (int Line, string Message)? FindObstacle(string yaml)
    {
        if (yaml.Length > PolicyLimits.MaxFileBytes || Encoding.UTF8.GetByteCount(yaml) > PolicyLimits.MaxFileBytes)
        {
            return (0, $"the file is larger than {PolicyLimits.MaxFileBytes / (1024 * 1024)} MiB; split it");
        }

        var line = 1;
        for (var i = 0; i < yaml.Length; i++)
        {
            var c = yaml[i];
            if (c == '\n' || (c == '\r' && (i + 1 == yaml.Length || yaml[i + 1] != '\n')))
            {
                line++;
            }
            else if ((char.IsControl(c) && c is not ('\t' or '\r')) || c is '\u2028' or '\u2029')
            {
                // NUL would silently end the file for the parser, and readers differ on whether the others end a line.
                return (line,
                    $"the file holds the control character U+{(int)c:X4}, which readers of YAML take differently; remove it");
            }
        }

        return null;
    }
}
