using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Http.Rules;

/// <summary>An element of <c>headerMatches</c> with its secret read.</summary>
internal sealed class HeaderExpectation
{
    private readonly HeaderMatch _match;
    private readonly string? _value;
    private readonly bool _unreadable;

    private HeaderExpectation(HeaderMatch match, string? value, bool unreadable)
    {
        _match = match;
        _value = value;
        _unreadable = unreadable;
    }

    public HeaderMatch Match => _match;

    /// <summary>
    /// A secret comes before the value written beside it. A secret that cannot be read, without such a value, makes the
    /// rule fail whatever its mismatch word says: nobody knows what to add or to compare with. An empty secret is no
    /// secret, or it would mean presence only.
    /// </summary>
    public static HeaderExpectation Create(HeaderMatch match, ISecretSource secrets)
    {
        var value = string.IsNullOrEmpty(match.Value) ? null : match.Value;
        if (match.Secret is null)
        {
            return new HeaderExpectation(match, value, unreadable: false);
        }

        var secret = secrets.TryRead(match.Secret);
        var expected = string.IsNullOrEmpty(secret) ? value : secret;
        return new HeaderExpectation(match, expected, unreadable: expected is null);
    }

    /// <summary>False: the rule fails. Compares in constant time, since the value may be a secret.</summary>
    public bool Allows(IRequestHeaders headers, out bool mismatch)
    {
        mismatch = false;
        if (_unreadable)
        {
            return false;
        }

        var present = headers.TryGet(_match.Name, out var actual);
        mismatch = !present || (_value is not null && !CryptographicOperations.FixedTimeEquals(
            MemoryMarshal.AsBytes(actual.AsSpan()), MemoryMarshal.AsBytes(_value.AsSpan())));
        return !mismatch || _match.Mismatch is not null;
    }

    /// <summary>
    /// Records a mismatch, and what its word does about it: ADD appends the expected value, DELETE removes every value
    /// there is, REPLACE leaves only the expected one, LOG does nothing more. Without an expected value (presence only)
    /// there is nothing to add or set.
    /// </summary>
    public void Act(IRequestHeaders headers, HeaderActions actions)
    {
        actions.Record(_match.Name);
        switch (_match.Mismatch)
        {
            case MismatchAction.Add when _value is not null:
                actions.Mutate(new HeaderMutation(HeaderMutationKind.Add, _match.Name, _value));
                break;
            case MismatchAction.Delete when headers.TryGet(_match.Name, out _):
                actions.Mutate(new HeaderMutation(HeaderMutationKind.Delete, _match.Name, null));
                break;
            case MismatchAction.Replace when _value is not null:
                actions.Mutate(new HeaderMutation(HeaderMutationKind.Replace, _match.Name, _value));
                break;
            default:
                break;
        }
    }
}
