using Envoy.Extensions.Filters.Network.HttpConnectionManager.V3;
using Escaped =
    Envoy.Extensions.Filters.Network.HttpConnectionManager.V3.HttpConnectionManager.Types.PathWithEscapedSlashesAction;

namespace Jumpgate.EnvoyConfig.Tests.Evaluation;

public sealed class TargetNormalisationTests
{
    [Theory]
    // RFC 3986 5.4's examples of dot segments, as absolute paths.
    [InlineData("/b/c/g", "/b/c/g")]
    [InlineData("/b/c/./g", "/b/c/g")]
    [InlineData("/b/c/../g", "/b/g")]
    [InlineData("/b/c/../../../g", "/g")]
    [InlineData("/b/c/.", "/b/c/")]
    [InlineData("/b/c/..", "/b/")]
    [InlineData("/b/c/g.", "/b/c/g.")]
    [InlineData("/b/c/..g", "/b/c/..g")]
    [InlineData("/b/./g/.", "/b/g/")]
    // 6.2.2.2: unreserved characters; 6.2.2.1 is not done.
    [InlineData("/%61%2e%2D%5f%7E", "/a.-_~")]
    [InlineData("/a/%2E%2e/b", "/b")]
    [InlineData("/%3a%c3", "/%3a%c3")]
    [InlineData("/%252e", "/%252e")]
    [InlineData("/a?b/../c//%61", "/a?b/../c//%61")]
    // Once, from the left.
    [InlineData("/%%32%65", "/%2e")]
    [InlineData("/%zz", "/%zz")]
    // Slashes after dot segments.
    [InlineData("//a///b", "/a/b")]
    [InlineData("/a//../b", "/a/b")]
    public void Apply_NormaliseAndMerge_AsDocumented(string path, string expected) =>
        Assert.Equal((TargetOutcome.Taken, expected), Apply(path, Escaped.KeepUnchanged));

    [Theory]
    [InlineData(Escaped.ImplementationSpecificDefault, TargetOutcome.Taken, "/a%2fb%5C..?%2f")]
    [InlineData(Escaped.KeepUnchanged, TargetOutcome.Taken, "/a%2fb%5C..?%2f")]
    [InlineData(Escaped.RejectRequest, TargetOutcome.Rejected, "/a%2fb%5C..?%2f")]
    [InlineData(Escaped.UnescapeAndRedirect, TargetOutcome.Redirected, "/a/?%2f")]
    [InlineData(Escaped.UnescapeAndForward, TargetOutcome.Taken, "/a/?%2f")]
    public void Apply_EscapedSlashes_AsTheActionSays(Escaped action, TargetOutcome outcome, string expected) =>
        Assert.Equal((outcome, expected), Apply("/a%2fb%5C..?%2f", action));

    [Theory]
    [InlineData(Escaped.RejectRequest)]
    [InlineData(Escaped.UnescapeAndRedirect)]
    public void Apply_WithoutEscapedSlashes_IsTakenWhateverTheAction(Escaped action) =>
        Assert.Equal((TargetOutcome.Taken, "/a?%2f"), Apply("/a?%2f", action));

    [Fact]
    public void Apply_Fragment_IsRejected() =>
        Assert.Equal(TargetOutcome.Rejected, Apply("/a#b", Escaped.KeepUnchanged).Outcome);

    [Fact]
    public void Apply_WithoutNormalisation_LeavesThePath() =>
        Assert.Equal(
            (TargetOutcome.Taken, "/a/..//%61"), TargetNormalisation.Apply(new HttpConnectionManager(), "/a/..//%61"));

    [Fact]
    public void Apply_CharacterThatRfc3986HasNot_Throws() =>
        Assert.Throws<NotModelledException>(() => Apply("/a\"b", Escaped.KeepUnchanged));

    private static (TargetOutcome Outcome, string Path) Apply(string path, Escaped action) => TargetNormalisation.Apply(
        new HttpConnectionManager { NormalizePath = true, MergeSlashes = true, PathWithEscapedSlashesAction = action },
        path);
}
