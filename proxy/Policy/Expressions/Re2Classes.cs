namespace Jumpgate.Policy.Expressions;

/// <summary>RE2's named classes: ASCII, unlike .NET's.</summary>
internal static class Re2Classes
{
    /// <summary><c>\d \s \w</c> and their negations; null for another letter.</summary>
    public static RuneSet? Perl(char letter) => letter switch
    {
        'd' => Digits(),
        'D' => Digits().Negate(),
        's' => Spaces(),
        'S' => Spaces().Negate(),
        'w' => Words(),
        'W' => Words().Negate(),
        _ => null,
    };

    /// <summary>The name between <c>[:</c> and <c>:]</c>; null where RE2 has none of it.</summary>
    public static RuneSet? Posix(string name) => name switch
    {
        "alnum" => new RuneSet().Add('0', '9').Add('A', 'Z').Add('a', 'z'),
        "alpha" => new RuneSet().Add('A', 'Z').Add('a', 'z'),
        "ascii" => new RuneSet().Add(0, 0x7f),
        "blank" => new RuneSet().Add('\t', '\t').Add(' ', ' '),
        "cntrl" => new RuneSet().Add(0, 0x1f).Add(0x7f, 0x7f),
        "digit" => Digits(),
        "graph" => new RuneSet().Add('!', '~'),
        "lower" => new RuneSet().Add('a', 'z'),
        "print" => new RuneSet().Add(' ', '~'),
        "punct" => new RuneSet().Add('!', '/').Add(':', '@').Add('[', '`').Add('{', '~'),
        "space" => new RuneSet().Add('\t', '\r').Add(' ', ' '),
        "upper" => new RuneSet().Add('A', 'Z'),
        "word" => Words(),
        "xdigit" => new RuneSet().Add('0', '9').Add('A', 'F').Add('a', 'f'),
        _ => null,
    };

    private static RuneSet Digits() => new RuneSet().Add('0', '9');

    /// <summary>Without the vertical tab, as Perl had it when RE2 took it over.</summary>
    private static RuneSet Spaces() => new RuneSet().Add('\t', '\n').Add('\f', '\r').Add(' ', ' ');

    private static RuneSet Words() => new RuneSet().Add('0', '9').Add('A', 'Z').Add('_', '_').Add('a', 'z');
}
