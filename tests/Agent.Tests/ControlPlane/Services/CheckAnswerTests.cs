using Envoy.Config.Core.V3;
using Envoy.Service.Auth.V3;
using Jumpgate.Agent.ControlPlane.Authorization;
using Jumpgate.Http;
using HttpStatusCode = Envoy.Type.V3.StatusCode;

namespace Jumpgate.Agent.Tests.ControlPlane.Services;

/// <summary>A verdict as Envoy reads it, and what its clients then see.</summary>
public sealed class CheckAnswerTests
{
    [Fact]
    public void Of_Denied_IsTheProxys403()
    {
        var answer = Answer(Empire.Ask(Empire.Tiefighter, "DELETE /v1/x"));

        Assert.Equal(7, answer.Status.Code);
        Assert.Equal(HttpStatusCode.Forbidden, answer.DeniedResponse.Status.Code);
        Assert.Equal("Access denied\r\n", answer.DeniedResponse.Body);
        var header = Assert.Single(answer.DeniedResponse.Headers);
        Assert.Equal(("content-type", "text/plain"), (header.Header.Key, header.Header.Value));
        Assert.Equal("DENIED", answer.DynamicMetadata.Fields["verdict"].StringValue);
        Assert.Equal(7, answer.DynamicMetadata.Fields["revision"].NumberValue);
    }

    [Theory]
    [InlineData("application/grpc", true)]
    [InlineData("application/grpc+proto", true)]
    [InlineData("application/grpc; charset=x", true)]
    [InlineData("application/grpc-web", false)]
    [InlineData("application/json", false)]
    public void Of_DeniedGrpc_BecomesStatus7_WithTheProxysMessage(string type, bool grpc)
    {
        var answer =
            Answer(Empire.Ask(Empire.Tiefighter, "POST /empire.Deathstar/Fire", headers: $"content-type: {type}"));

        // Envoy's local reply to a gRPC request: trailers-only, 403 as status 7, the body as grpc-message. Another
        // content type than Envoy's own would make it no gRPC.
        Assert.Equal(HttpStatusCode.Forbidden, answer.DeniedResponse.Status.Code);
        Assert.Equal(grpc ? "Access denied" : "Access denied\r\n", answer.DeniedResponse.Body);
        Assert.Equal(grpc ? 0 : 1, answer.DeniedResponse.Headers.Count);
    }

    [Fact]
    public void Of_EscapedSlash_Is307_AndForGrpcStatus7()
    {
        var answer = Answer(Empire.Ask(Empire.Tiefighter, "GET /v1/a%2Fb")).DeniedResponse;
        Assert.Equal(HttpStatusCode.TemporaryRedirect, answer.Status.Code);
        Assert.Equal(
            ("location", "/v1/a/b"), (answer.Headers.Single().Header.Key, answer.Headers.Single().Header.Value));

        var grpc = Answer(
            Empire.Ask(Empire.Tiefighter, "POST /v1/a%2Fb", headers: "content-type: application/grpc")).DeniedResponse;
        Assert.Equal((HttpStatusCode.Forbidden, "Access denied"), (grpc.Status.Code, grpc.Body));
    }

    [Fact]
    public void Of_Malformed_Is400WithTheReason()
    {
        var answer = Answer(Empire.Ask(Empire.Tiefighter, "GET /v1/a%00")).DeniedResponse;

        Assert.Equal((HttpStatusCode.BadRequest, "the target holds %00\n"), (answer.Status.Code, answer.Body));
    }

    [Fact]
    public void Of_Unknown_TellsTheClientNothingButNo()
    {
        var answer = Answer(Empire.Ask("192.0.2.1", "GET /", "192.0.2.2"));

        Assert.Equal("Access denied\r\n", answer.DeniedResponse.Body);
        Assert.Contains("neither", answer.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Allowed_IsOk_AndChangesNothing()
    {
        var answer = Answer(Empire.Ask(Empire.Tiefighter, "GET /v1/x"));

        Assert.Equal(0, answer.Status.Code);
        Assert.Equal(CheckResponse.HttpResponseOneofCase.OkResponse, answer.HttpResponseCase);
        Assert.Empty(answer.OkResponse.Headers);
        Assert.Empty(answer.OkResponse.HeadersToRemove);
        Assert.StartsWith(
            "deathstar (p.yaml:", answer.DynamicMetadata.Fields["rule"].StringValue, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Audit_IsOk_AndSaysSo()
    {
        var answer = Answer(Empire.Ask(Empire.Xwing, "GET /x", Empire.Probe));

        Assert.Equal((0, "AUDIT"), (answer.Status.Code, answer.DynamicMetadata.Fields["verdict"].StringValue));
    }

    [Fact]
    public void Of_HeaderActions_AreWhatTheHeadersAreToBe()
    {
        var answer = Answer(Empire.Ask(
            Empire.Tiefighter, "PATCH /v1/mutate", headers: ["X-Set: old", "X-Add: some", "X-Gone: other"])).OkResponse;

        // Set, never appended to: Envoy's ext_authz appends only to a header that is there.
        Assert.All(answer.Headers, h => Assert.Equal(
            HeaderValueOption.Types.HeaderAppendAction.OverwriteIfExistsOrAdd, h.AppendAction));
        Assert.Equal(
            [("x-add", "some,more"), ("x-set", "new")],
            answer.Headers.Select(h => (h.Header.Key.ToLowerInvariant(), h.Header.Value)).Order());
        Assert.Equal("X-Gone", Assert.Single(answer.HeadersToRemove), ignoreCase: true);
    }

    [Fact]
    public void Of_ActionOnBytesThatAreNotKnown_IsANo()
    {
        var asked = Empire.Ask(Empire.Tiefighter, "PATCH /v1/mutate", headers: ["X-Add: s!me"]);

        Assert.Contains("encode_raw_headers", Answer(asked).Status.Message, StringComparison.Ordinal);
        Assert.Equal(0, Answer(asked.Raw()).Status.Code);
    }

    private static CheckResponse Answer(AttributeContext asked) =>
        CheckAnswer.Of(CheckJudge.Judge(asked, Empire.Snapshot()), new HttpFilterOptions());
}
