using Jumpgate.Policy.Identities;

namespace Jumpgate.Policy.Snapshots;

public sealed record AddressRecord(NumericIdentity Identity, PolicyGroup Group, Workload? Workload);
