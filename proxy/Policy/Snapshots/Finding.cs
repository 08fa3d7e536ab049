namespace Jumpgate.Policy.Snapshots;

/// <summary>
/// The first atom of each kind, in document order, that applies to one (subject, peer, port class); <see cref="None"/>
/// where there is none.
/// </summary>
internal struct Finding
{
    public const int None = int.MaxValue;

    public int EnforcedDeny;
    public int AuditDeny;
    /// <summary>
    /// Allows without L7 rules, of enforced and of audit documents: an audit document's allow rules count.
    /// </summary>
    public int L4Allow;
    public int L7Allow;

    public static Finding Nothing => new()
    {
        EnforcedDeny = None,
        AuditDeny = None,
        L4Allow = None,
        L7Allow = None,
    };

    public void Add(PolicyAtom atom)
    {
        if (atom.Deny)
        {
            ref var deny = ref atom.Audit ? ref AuditDeny : ref EnforcedDeny;
            deny = Math.Min(deny, atom.Order);
        }
        else if (atom.HasL7)
        {
            L7Allow = Math.Min(L7Allow, atom.Order);
        }
        else
        {
            L4Allow = Math.Min(L4Allow, atom.Order);
        }
    }
}

/// <summary>
/// What a <see cref="Finding"/> means, with rules as indices of the rule table or <see cref="Finding.None"/>.
/// </summary>
/// <param name="Audit">Allowed or redirected, though all documents enforced would drop it.</param>
/// <param name="AuditRule">The audit deny rule; none where an audit document's default deny would drop it.</param>
internal readonly record struct AtomVerdict(
    L4Verdict Verdict, int Rule, bool Audit = false, int AuditRule = Finding.None)
{
    /// <summary>
    /// The verdict under the enforced documents plus the audit documents' allow rules, first line that holds:
    /// <code>
    /// enforced deny                          Deny
    /// any allow without L7                   Allow
    /// only allows with L7                    Redirect   (what matches none of them: see HttpRuleSet, KafkaRuleSet)
    /// no allow, enforced default deny        DefaultDeny
    /// no allow, default deny in audit only   Allow, audit
    /// no allow, no default deny              Allow
    /// </code>
    /// An audit deny turns each Allow and Redirect into audit; it never turns a drop into anything.
    /// </summary>
    public static AtomVerdict Of(in Finding finding, bool enforcedDefaultDeny, bool auditDefaultDeny)
    {
        if (finding.EnforcedDeny != Finding.None)
        {
            return new AtomVerdict(L4Verdict.Deny, finding.EnforcedDeny);
        }

        var verdict = finding switch
        {
            { L4Allow: not Finding.None } => new AtomVerdict(L4Verdict.Allow, finding.L4Allow),
            { L7Allow: not Finding.None } => new AtomVerdict(L4Verdict.Redirect, finding.L7Allow),
            _ when enforcedDefaultDeny => new AtomVerdict(L4Verdict.DefaultDeny, Finding.None),
            _ => new AtomVerdict(L4Verdict.Allow, Finding.None, auditDefaultDeny),
        };
        return finding.AuditDeny != Finding.None && verdict.Verdict != L4Verdict.DefaultDeny
            ? verdict with { Audit = true, AuditRule = finding.AuditDeny }
            : verdict;
    }

    /// <summary>
    /// As the kernel's table has it: in audit, the rule that failed, since that is what its events name.
    /// </summary>
    public TableVerdict ToTable()
    {
        var rule = Audit ? AuditRule : Rule;
        return new TableVerdict(Verdict, Audit, rule == Finding.None ? TableVerdict.NoRule : (uint)rule);
    }
}
