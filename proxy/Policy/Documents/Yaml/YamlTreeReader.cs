using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Jumpgate.Policy.Documents.Yaml;

/// <summary>
/// Turns YAML events into nodes with lines. Aliases are never followed and anchors, tags, merge keys, repeated keys and
/// deep nesting are refused, so that the tree is never larger than its text.
/// </summary>
internal sealed class YamlTreeReader(YamlChunk chunk, Action<int, string, string> report)
{
    private readonly Parser _parser = new(new StringReader(chunk.Text));
    private int _depth;

    /// <summary>
    /// Reads the next document's root. False at the end and where the rest cannot be read, which is then reported. A
    /// document that is too deep ends the reading at once: the scanner's time grows with the square of the depth.
    /// </summary>
    public bool TryReadDocument([NotNullWhen(true)] out YamlNode? root)
    {
        root = null;
        try
        {
            if (_parser.Current is null)
            {
                _parser.Consume<StreamStart>();
            }

            if (_parser.TryConsume<StreamEnd>(out _))
            {
                return false;
            }

            _parser.Consume<DocumentStart>();
            var node = ReadNode("");
            _parser.Consume<DocumentEnd>();
            root = node;
            return true;
        }
        catch (TooDeepException)
        {
            return false;
        }
        catch (YamlException e)
        {
            ReportUnreadable(LineOf(e.Start), e.Message);
            return false;
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidCastException or ArgumentException
            or IndexOutOfRangeException)
        {
            // YamlDotNet's scanner leaves its own checks to the runtime for some malformed text.
            ReportUnreadable(_parser.Current is { } last
                ? LineOf(last.End) : chunk.LinesBefore + 1, "malformed text after this line");
            return false;
        }
    }

    /// <summary>The line in the file that a parser position stands for.</summary>
    private int LineOf(Mark mark) => chunk.LinesBefore + (int)Math.Max(1, mark.Line);

    private YamlNode ReadNode(string path)
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return Refuse(alias, path, "aliases (*name) are not accepted in policies; write the value out");
        }

        if (_parser.TryConsume<Scalar>(out var scalar))
        {
            return CheckProperties(scalar, path)
                ? new YamlScalar(LineOf(scalar.Start), scalar.Value, scalar.Style == ScalarStyle.Plain)
                : new YamlRefused(LineOf(scalar.Start));
        }

        var isMapping = _parser.Accept<MappingStart>(out _);
        if (_parser.Current is not NodeEvent start)
        {
            // The parser lets some malformed mappings end where a value is due.
            throw new YamlException(_parser.Current!.Start, _parser.Current.End, "a value is missing");
        }

        var accepted = CheckProperties(start, path);
        if (_depth == PolicyLimits.MaxDepth)
        {
            Refuse(start, path,
                $"nested deeper than {PolicyLimits.MaxDepth} levels; the rest of this document was not read");
            throw new TooDeepException();
        }

        _depth++;
        _parser.MoveNext();
        YamlNode node = isMapping ? ReadMapping(start, path) : ReadSequence(start, path);
        _depth--;
        return accepted ? node : new YamlRefused(node.Line);
    }

    private YamlSequence ReadSequence(NodeEvent start, string path)
    {
        var items = ImmutableArray.CreateBuilder<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(FieldPath.Item(path, items.Count)));
        }

        return new YamlSequence(LineOf(start.Start), items.DrainToImmutable());
    }

    private YamlMapping ReadMapping(NodeEvent start, string path)
    {
        var entries = ImmutableArray.CreateBuilder<YamlEntry>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var keyMark = _parser.Current!.Start;
            var keyLine = LineOf(keyMark);
            if (ReadNode(path) is not YamlScalar key)
            {
                report(keyLine, path, "a key must be plain text");
                ReadNode(path);
                continue;
            }

            var keyPath = FieldPath.Member(path, key.Value);
            if (key is { IsPlain: true, Value: "<<" })
            {
                report(keyLine, keyPath, "merge keys (<<) are not accepted in policies; write the fields out");
                ReadNode(keyPath);
                continue;
            }

            var value = ReadNode(keyPath);
            if (seen.TryAdd(key.Value, keyLine))
            {
                entries.Add(new YamlEntry(key.Value, keyLine, value));
            }
            else
            {
                report(keyLine, keyPath, $"given twice, first in line {seen[key.Value]}; keep one");
            }
        }

        return new YamlMapping(LineOf(start.Start), entries.DrainToImmutable());
    }

    private void ReportUnreadable(int line, string reason) =>
        report(line, "", $"not YAML, so this document cannot be read: {FieldPath.Printable(reason)}");

    private bool CheckProperties(NodeEvent node, string path)
    {
        if (!node.Anchor.IsEmpty)
        {
            Refuse(node, path, "anchors (&name) are not accepted in policies; write the value where it is needed");
            return false;
        }

        if (!node.Tag.IsEmpty)
        {
            Refuse(node, path, "tags (!name) are not accepted in policies; quote the value if it is text");
            return false;
        }

        return true;
    }

    private YamlRefused Refuse(ParsingEvent at, string path, string message)
    {
        var line = LineOf(at.Start);
        report(line, path, message);
        return new YamlRefused(line);
    }

    private sealed class TooDeepException : Exception;
}
