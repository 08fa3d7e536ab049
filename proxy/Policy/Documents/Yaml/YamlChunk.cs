namespace Jumpgate.Policy.Documents.Yaml;

/// <summary>The text of one document, and the number of lines of its file before it.</summary>
internal readonly record struct YamlChunk(string Text, int LinesBefore)
{
    /// <summary>
    /// Cuts a file at its document markers. A line that starts with <c>---</c> or <c>...</c> is one wherever it stands
    /// (YAML 1.2, section 9.1.2: no scalar may contain it), so a syntax error in one document costs the others nothing.
    /// </summary>
    public static List<YamlChunk> Split(string yaml)
    {
        var chunks = new List<YamlChunk>();
        int start = 0, startLine = 0, position = 0, line = 0;
        while (position < yaml.Length)
        {
            if (IsMarker(yaml, position, '-') && position > start)
            {
                chunks.Add(new YamlChunk(yaml[start..position], startLine));
                (start, startLine) = (position, line);
            }

            var ends = IsMarker(yaml, position, '.');
            position = NextLine(yaml, position);
            line++;
            if (ends)
            {
                chunks.Add(new YamlChunk(yaml[start..position], startLine));
                (start, startLine) = (position, line);
            }
        }

        if (start < yaml.Length)
        {
            chunks.Add(new YamlChunk(yaml[start..], startLine));
        }

        return chunks;
    }

    /// <summary>
    /// True where nothing but blank lines, comments, a marker and a <c>%YAML</c> directive are to be read.
    /// </summary>
    public bool IsEmpty()
    {
        foreach (var line in Text.AsSpan().EnumerateLines())
        {
            var trimmed = line.TrimStart(" \t");
            if (trimmed.IsEmpty || trimmed[0] == '#' || line.StartsWith("%YAML ", StringComparison.Ordinal))
            {
                continue;
            }

            if ((line.StartsWith("---", StringComparison.Ordinal) || line.StartsWith("...", StringComparison.Ordinal))
                && (line[3..].Trim().IsEmpty || line[3..].TrimStart().StartsWith("#", StringComparison.Ordinal)))
            {
                continue;
            }

            return false;
        }

        return true;
    }

    private static bool IsMarker(string yaml, int position, char mark) =>
        position + 2 < yaml.Length && yaml[position] == mark && yaml[position + 1] == mark && yaml[position + 2] == mark
        && (position + 3 == yaml.Length || yaml[position + 3] is ' ' or '\t' or '\r' or '\n');

    private static int NextLine(string yaml, int position)
    {
        var end = yaml.AsSpan(position).IndexOfAny('\r', '\n');
        if (end < 0)
        {
            return yaml.Length;
        }

        end += position;
        return yaml[end] == '\r' && end + 1 < yaml.Length && yaml[end + 1] == '\n' ? end + 2 : end + 1;
    }
}
