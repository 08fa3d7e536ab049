using Jumpgate.Policy.Documents.Reading;
using Jumpgate.Policy.Documents.Yaml;

namespace Jumpgate.Policy.Workloads;

/// <summary>Reads the block <c>mtls</c>, and what workloads say of it.</summary>
internal static class MutualTlsReader
{
    private const string Example =
        "write mtls: { sds: /run/spire/sockets/agent.sock } or mtls: { files: { certificate, key, ca } }";

    /// <summary>Where a Unix address ends (<c>sun_path</c>, with the zero after it).</summary>
    private const int MaxSocketPath = 107;

    public static MutualTlsDefinition? Read(Field? field)
    {
        if (field?.AsMapping() is not { } mapping)
        {
            return null;
        }

        var socket = mapping.Take("sds");
        var path = ReadPath(socket, "/run/spire/sockets/agent.sock");
        if (path?.Length > MaxSocketPath)
        {
            socket!.Error($"is {path.Length} characters long; a Unix socket's path has {MaxSocketPath} at most");
        }

        var block = mapping.Take("files");
        var files = block is null ? null : ReadFiles(block);
        mapping.Finish();
        if (socket is null && block is null)
        {
            field.Error($"names neither sds nor files; {Example}");
        }

        return new MutualTlsDefinition { Location = field.Location, SdsSocket = path, Files = files };
    }

    public static SpiffeId? ReadId(Field? field)
    {
        if (field?.AsString() is not { } text)
        {
            return null;
        }

        if (!SpiffeId.TryParse(text, out var id, out var problem))
        {
            field.Error($"{FieldPath.Quote(text)} is no SPIFFE ID: it {problem}");
        }

        return id;
    }

    /// <summary>What no block can say alone.</summary>
    public static void CheckTogether(
        IEnumerable<(Field Field, WorkloadDefinition Workload)> workloads, MutualTlsDefinition? mesh, bool isMissing)
    {
        SpiffeId? first = null;
        foreach (var (field, workload) in workloads)
        {
            if (workload.Spiffe is not { } id)
            {
                continue;
            }

            if (isMissing)
            {
                field.Error(
                    $"{workload.Name} has a SPIFFE ID, but nothing says where certificates are; {Example} at the top of the file");
            }

            first ??= id;
            if (mesh?.Files is not null && id.TrustDomain != first.TrustDomain)
            {
                field.Error(
                    $"{id} is of another trust domain than {first}: with certificates in files, whoever signs for one would sign "
                    + "for the other too; use one trust domain, or sds alone");
            }
        }
    }

    private static CertificateFiles? ReadFiles(Field field)
    {
        if (field.AsMapping() is not { } mapping)
        {
            return null;
        }

        const string why = "is missing: a PEM file's path where the sidecar or application runs";
        var certificate = ReadPath(mapping.Require("certificate", why), "/etc/certs/tls.crt");
        var key = ReadPath(mapping.Require("key", why), "/etc/certs/tls.key");
        var authority = ReadPath(mapping.Require("ca", why), "/etc/certs/ca.crt");
        mapping.Finish();
        return certificate is null || key is null || authority is null
            ? null : new CertificateFiles(certificate, key, authority);
    }

    private static string? ReadPath(Field? field, string example)
    {
        if (field?.AsString() is not { } text)
        {
            return null;
        }

        if (!text.StartsWith('/') || text.EndsWith('/') || text.Any(char.IsControl)
            || text.Split('/').Skip(1).Any(part => part is "" or "." or ".."))
        {
            field.Error($"{FieldPath.Quote(text)} is no absolute path without '.' and '..', such as {example}");
            return null;
        }

        return text;
    }
}
