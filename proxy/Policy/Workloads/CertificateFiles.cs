namespace Jumpgate.Policy.Workloads;

/// <summary>PEM files on a sidecar's or an application's own disk. The agent never reads them.</summary>
/// <param name="Certificate">The certificate, with the chain up to the authority.</param>
/// <param name="Authority">Who signs the others' certificates.</param>
public sealed record CertificateFiles(string Certificate, string Key, string Authority)
{
    /// <summary>Stands for the workload's name, where several workloads share a disk.</summary>
    public const string NamePlaceholder = "{name}";

    /// <summary>Those of one workload.</summary>
    public CertificateFiles Of(string workload) =>
        new(Put(Certificate, workload), Put(Key, workload), Put(Authority, workload));

    private static string Put(string path, string workload) =>
        path.Replace(NamePlaceholder, workload, StringComparison.Ordinal);
}
