using Jumpgate.Policy.Labels;

namespace Jumpgate.Policy.Identities;

public sealed record IdentityRecord(NumericIdentity Identity, LabelSet Labels);
