using Jumpgate.Policy.Documents;

namespace Jumpgate.Policy.Tests.Documents;

public class PortReaderTests
{
    [Theory]
    [InlineData("port: \"80\"", 80, 80, null)]
    [InlineData("port: 80", 80, 80, null)]
    [InlineData("port: 0", 0, 0, null)]
    [InlineData("port: \"65535\"", 65535, 65535, null)]
    [InlineData("port: 80\nendPort: 90", 80, 90, null)]
    [InlineData("port: \"80\"\nendPort: 80", 80, 80, null)]
    [InlineData("port: web", 0, 0, "web")]
    [InlineData("port: Web-2", 0, 0, "web-2")]
    [InlineData("port: \"0x10\"", 0, 0, "0x10")]
    public void Read_Port_IsRead(string port, int start, int end, string? name)
    {
        var ports = Assert.Single(Policies.AcceptEntry(WithPort(port)).Ports!.Value);
        Assert.Equal(new PortSpec((ushort)start, (ushort)end, name, null), Assert.Single(ports.Ports));
        Assert.Equal("spec.ingress[0].toPorts[0]", ports.Field);
    }

    [Theory]
    [InlineData("TCP", L4Protocol.Tcp)]
    [InlineData("UDP", L4Protocol.Udp)]
    [InlineData("ANY", null)]
    public void Read_Protocol_IsRead(string protocol, L4Protocol? expected) =>
        Assert.Equal(expected,
            Policies.AcceptEntry(WithPort($"port: 1\nprotocol: {protocol}")).Ports!.Value[0].Ports[0].Protocol);

    [Theory]
    [InlineData("protocol: TCP", 11, "port", "required")]
    [InlineData("port: 65536", 11, "port", "0 to 65535")]
    [InlineData("port: -1", 11, "port", "no port")]
    [InlineData("port: 080", 11, "port", "leading zeros")]
    [InlineData("port: \"080\"", 11, "port", "leading zeros")]
    [InlineData("port: 0x50", 11, "port", "decimal")]
    [InlineData("port: 80.5", 11, "port", "decimal")]
    [InlineData("port: \"\"", 11, "port", "no port")]
    [InlineData("port: yes", 11, "port", "no port")]
    [InlineData("port: [80]", 11, "port", "is a list")]
    [InlineData("port: 80-90", 11, "port", "neither a port")]
    [InlineData("port: a--b", 11, "port", "port name")]
    [InlineData("port: sixteen-letters-", 11, "port", "port name")]
    [InlineData("port: web_1", 11, "port", "port name")]
    [InlineData("port: 90\nendPort: 80", 12, "endPort", "below port 90")]
    [InlineData("port: 0\nendPort: 80", 12, "endPort", "range cannot have 0")]
    [InlineData("port: 80\nendPort: 0", 12, "endPort", "range cannot have 0")]
    [InlineData("port: 80\nendPort: 65536", 12, "endPort", "0 to 65535")]
    [InlineData("port: web\nendPort: 80", 12, "endPort", "not a name")]
    [InlineData("port: 80\nprotocol: SCTP", 12, "protocol", "not enforced yet")]
    [InlineData("port: 80\nprotocol: tcp", 12, "protocol", "must be written TCP")]
    [InlineData("port: 80\nprotocol: ICMP", 12, "protocol", "unknown protocol")]
    [InlineData("port: 80\nprotcol: TCP", 12, "protcol", "did you mean protocol?")]
    public void Read_BadPort_IsRefused(string port, int line, string field, string word) =>
        Policies.Refuse(Policies.WithEntry(WithPort(port)), line, $"spec.ingress[0].toPorts[0].ports[0].{field}", word);

    [Theory]
    [InlineData("{}", "at least one", "[]")]
    [InlineData("{}", "required", null)]
    public void Read_NoPorts_IsRefused(string rules, string word, string? ports) =>
        Policies.Refuse(
            Policies.WithEntry($"toPorts:\n- rules: {rules}" + (ports is null ? "" : $"\n  ports: {ports}")),
            ports is null ? 10 : 11, "spec.ingress[0].toPorts[0].ports", word);

    [Fact]
    public void Read_FortyPorts_AreTheLimit()
    {
        static string Ports(int count) =>
            $"toPorts:\n- ports: [{string.Join(", ", Enumerable.Range(1, count).Select(i => $"{{ port: {i} }}"))}]";
        Assert.Equal(40, Policies.AcceptEntry(Ports(40)).Ports!.Value[0].Ports.Length);
        Policies.Refuse(
            Policies.WithEntry(Ports(41)), 10, "spec.ingress[0].toPorts[0].ports", "41 ports", "40 is the limit");
    }

    [Theory]
    [InlineData("terminatingTLS: {}", "terminatingTLS", "TLS")]
    [InlineData("originatingTLS: {}", "originatingTLS", "TLS")]
    [InlineData("serverNames: [a]", "serverNames", "SNI")]
    [InlineData("listener: {}", "listener", "Envoy")]
    [InlineData("rules: { dns: [{ matchName: a }] }", "rules.dns", "not enforced yet")]
    [InlineData("rules: { l7: [] }", "rules.l7", "parser plug-ins")]
    [InlineData("rules: { l7proto: x }", "rules.l7proto", "parser plug-ins")]
    [InlineData("rules: { htp: [] }", "rules.htp", "did you mean http?")]
    public void Read_RefusedPortField_HasItsOwnReason(string field, string path, string word) =>
        Policies.Refuse(
            Policies.WithEntry($"toPorts:\n- ports: [{{ port: 80, protocol: TCP }}]\n  {field}"),
            11, $"spec.ingress[0].toPorts[0].{path}", word);

    [Theory]
    [InlineData("port: 0, protocol: TCP", "port", "every port")]
    [InlineData("port: 80, protocol: UDP", "protocol", "this is UDP; write protocol: TCP")]
    [InlineData("port: 80, protocol: ANY", "protocol", "this is ANY")]
    [InlineData("port: 80", "protocol", "left out is ANY; write protocol: TCP")]
    public void Read_L7OnWrongPort_IsRefused(string port, string field, string word) =>
        Policies.Refuse(
            Policies.WithEntry($"toPorts:\n- ports:\n  - {{ {port} }}\n  rules: {{ http: [] }}"),
            11, $"spec.ingress[0].toPorts[0].ports[0].{field}", word);

    [Theory]
    [InlineData("ingressDeny")]
    [InlineData("egressDeny")]
    public void Read_L7InDenySection_IsRefused(string section) =>
        Policies.Refuse(
            Policies.WithEntry("toPorts:\n- ports: [{ port: 80, protocol: TCP }]\n  rules: { http: [{}] }", section),
            11, $"spec.{section}[0].toPorts[0].rules", "deny sections");

    [Theory]
    [InlineData("rules: {}", null)]
    [InlineData("rules: { http: [] }", 0)]
    [InlineData("rules: { http: [{}] }", 1)]
    public void Read_HttpList_IsRead(string rules, int? count)
    {
        var ports = Policies.AcceptEntry(
            $"toPorts:\n- ports: [{{ port: 80, protocol: TCP }}]\n  {rules}").Ports!.Value[0];
        Assert.Equal(count, ports.Http?.Length);
    }

    [Fact]
    public void Read_NullHttp_IsAbsentAndWarned() =>
        Policies.Warn(
            Policies.WithEntry("toPorts:\n- ports: [{ port: 80 }]\n  rules:\n    http:"),
            12, "spec.ingress[0].toPorts[0].rules.http", "without HTTP rules");

    private static string WithPort(string port) => $"toPorts:\n- ports:\n  - {Policies.Indent(port, 4).TrimStart()}";
}
