using System.Runtime.InteropServices;

namespace Jumpgate.Bpf;

/// <summary>One question to the policy (struct policy_key).</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct PolicyKey
{
    private readonly uint _subject;
    private readonly uint _peer;
    private readonly ushort _portClass;
    private readonly Direction _direction;
    private readonly byte _pad;

    /// <summary>Asks what a subject's policy says of a peer.</summary>
    public PolicyKey(uint subject, uint peer, ushort portClass, Direction direction)
    {
        _subject = subject;
        _peer = peer;
        _portClass = portClass;
        _direction = direction;
        _pad = 0;
    }

    /// <summary>Dense index of the group whose policy it is.</summary>
    public uint Subject { get => _subject; init => _subject = value; }

    /// <summary>The other side's group.</summary>
    public uint Peer { get => _peer; init => _peer = value; }

    /// <summary>Class of the destination port.</summary>
    public ushort PortClass { get => _portClass; init => _portClass = value; }

    /// <summary>Whether the subject sends or receives.</summary>
    public Direction Direction { get => _direction; init => _direction = value; }
}

/// <summary>The policy's answer (struct policy_value).</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct PolicyValue
{
    private readonly Verdict _verdict;
    private readonly byte _audit;
    private readonly ushort _pad;
    private readonly uint _rule;

    /// <summary>An answer and the rule that gave it.</summary>
    public PolicyValue(Verdict verdict, uint rule, bool audit = false)
    {
        _verdict = verdict;
        _audit = audit ? (byte)1 : (byte)0;
        _pad = 0;
        _rule = rule;
    }

    /// <summary>What the policy says.</summary>
    public Verdict Verdict { get => _verdict; init => _verdict = value; }

    /// <summary>An audit document would have denied it.</summary>
    public bool Audit { get => _audit != 0; init => _audit = value ? (byte)1 : (byte)0; }

    /// <summary>Deciding rule: index into the revision's rule table, or <see cref="Flow.NoRule"/>.</summary>
    public uint Rule { get => _rule; init => _rule = value; }
}
