using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Jumpgate.Policy.Documents.Yaml;

/// <summary>
/// Turns YAML events into nodes with lines. Aliases are never followed and anchors, tags, merge keys, repeated keys and deep nesting
/// are refused, so that the tree is never larger than its text.
/// </summary>
internal sealed class YamlTreeReader(YamlChunk chunk, Action<int, string, string> report)
{
    private readonly Parser _parser = new(new StringReader(chunk.Text));
    private int _depth;

    /// <summary>The roots of the documents in the chunk.</summary>
    /// <exception cref="YamlException">The text is not YAML.</exception>
    public IEnumerable<YamlNode> ReadDocuments()
    {
        _parser.Consume<StreamStart>();
        while (!_parser.TryConsume<StreamEnd>(out _))
        {
            _parser.Consume<DocumentStart>();
            var root = ReadNode("");
            _parser.Consume<DocumentEnd>();
            yield return root;
        }
    }

    /// <summary>The line in the file that a parser position stands for.</summary>
    public int LineOf(Mark mark) => chunk.LinesBefore + (int)Math.Max(1, mark.Line);

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
        var start = (NodeEvent)_parser.Current!;
        var accepted = CheckProperties(start, path);
        if (_depth == PolicyLimits.MaxDepth)
        {
            var refused = Refuse(start, path, $"nested deeper than {PolicyLimits.MaxDepth} levels");
            _parser.SkipThisAndNestedEvents();
            return refused;
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
}
