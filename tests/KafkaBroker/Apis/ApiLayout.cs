using System.Globalization;
using Jumpgate.KafkaBroker.Wire;

namespace Jumpgate.KafkaBroker.Apis;

/// <summary>One API: its versions and what is in its messages.</summary>
/// <param name="Flexible">First version with compact types and tagged fields; <see cref="short.MaxValue"/> for
/// none.</param>
public sealed record ApiLayout(
    string Name,
    short Key,
    short First,
    short Last,
    short Flexible,
    IReadOnlyList<FieldLayout> Request,
    IReadOnlyList<FieldLayout> Response)
{
    private static readonly IReadOnlyList<ApiLayout> _all =
        [.. Read(RecordApis.Text), .. Read(GroupApis.Text), .. Read(TransactionApis.Text), .. Read(AdminApis.Text)];

    public static IReadOnlyList<ApiLayout> All => _all;

    public static ApiLayout? Find(short key) => _all.FirstOrDefault(a => a.Key == key);

    public static ApiLayout Find(string name) => _all.First(a => a.Name == name);

    public bool IsFlexible(short version) => version >= Flexible;

    private static IEnumerable<ApiLayout> Read(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        for (var i = 0; i < lines.Length;)
        {
            var words = lines[i++].Split(' ');
            var versions = words[2].Split('-').Select(Number).ToArray();
            var parts = new Dictionary<char, string> { ['>'] = "", ['<'] = "" };
            for (var side = '>'; i < lines.Length && !char.IsAsciiLetterUpper(lines[i][0]); i++)
            {
                side = lines[i][0] is '>' or '<' ? lines[i][0] : side;
                parts[side] += ' ' + lines[i].TrimStart('>', '<');
            }

            yield return new ApiLayout(
                words[0], Number(words[1]), versions[0], versions[^1], words[3] == "never"
                    ? short.MaxValue : Number(words[3]),
                LayoutParser.Parse(parts['>']), LayoutParser.Parse(parts['<']));
        }
    }

    private static short Number(string text) => short.Parse(text, CultureInfo.InvariantCulture);
}
