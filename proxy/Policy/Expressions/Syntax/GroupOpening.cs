namespace Jumpgate.Policy.Expressions.Syntax;

/// <summary>What an opening parenthesis turned out to be.</summary>
/// <param name="Flags">The flags from here on.</param>
/// <param name="OpensGroup">False for <c>(?i)</c>, which only changes the flags of the rest of the group around
/// it.</param>
internal readonly record struct GroupOpening(Re2Flags Flags, bool OpensGroup);
