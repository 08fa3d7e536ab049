using Jumpgate.Agent.Policies;
using Jumpgate.Agent.Workloads;
using Jumpgate.Policy.Documents;
using Jumpgate.Policy.Http;
using Jumpgate.Testing;
using Microsoft.Extensions.Logging;

namespace Jumpgate.Agent.Tests.Policies;

/// <summary>Whatever lies where a policy, a workloads file or a secret should: said in one line, at once.</summary>
public sealed class InputFileTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public static TheoryData<string, string> Kinds { get; } = new()
    {
        { "mkfifo \"$0\"", "is a named pipe, not a regular file" },
        { "ln -s /dev/zero \"$0\"", "is a device, not a regular file" },
        { "ln -s /dev/full \"$0\"", "is a device, not a regular file" },
        { "mkdir \"$0\"", "is a directory, not a regular file" },
        { "ln -s \"$0\" \"$0\"", "Too many levels of symbolic links" },
        { "ln -s /nonexistent \"$0\"", "No such file or directory" },
        { "truncate -s 1T \"$0\"", "is larger than" },
    };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Policies_FileOfAnotherKind_IsOneError(string make, string expected)
    {
        var path = Make("policy.yaml", make);
        var result = PolicyFiles.Read([_directory.Path], out var error);
        Assert.Null(error);
        var diagnostic = Assert.Single(result!.Diagnostics);
        Assert.Equal(PolicySeverity.Error, diagnostic.Severity);
        Assert.StartsWith(path, diagnostic.ToString(), StringComparison.Ordinal);
        Assert.Contains(expected, diagnostic.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Workloads_FileOfAnotherKind_IsOneError(string make, string expected)
    {
        var result = WorkloadFiles.Read(Make("workloads.yaml", make));
        Assert.False(result.IsValid);
        Assert.Contains(expected, Assert.Single(result.Diagnostics).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Secret_FileOfAnotherKind_IsAbsent_AndLogged(string make, string expected)
    {
        Directory.CreateDirectory(_directory.File("ns/token"));
        Make("ns/token/key", make);
        var log = new ListLogger();
        Assert.Null(new SecretFiles(_directory.Path, log).TryRead(new SecretReference("ns", "token", "key")));
        Assert.Contains(expected, Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3cret", "s3cret")]
    [InlineData("s3cret\r\n", "s3cret")]
    [InlineData("\ufeffs3cret\n", "s3cret")]
    public void Secret_RegularFile_IsItsTextWithoutTheEndOfLine(string content, string expected)
    {
        _directory.Write("ns/token/key", content);
        var secrets = new SecretFiles(_directory.Path, new ListLogger());
        Assert.Equal(expected, secrets.TryRead(new SecretReference("ns", "token", "key")));
        Assert.Equal(expected, secrets.TryRead(new SecretReference("ns", "token", null)));
    }

    [Fact]
    public void Secret_NotUtf8_IsAbsent_ItsBytesAreNotLogged()
    {
        Directory.CreateDirectory(_directory.File("ns/token"));
        File.WriteAllBytes(_directory.File("ns/token/key"), [.. "hush"u8, 0xff]);
        var log = new ListLogger();
        Assert.Null(new SecretFiles(_directory.Path, log).TryRead(new SecretReference("ns", "token", "key")));
        Assert.Contains("not UTF-8", Assert.Single(log.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", log.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Policies_PathOfAProcFile_IsReadToItsEnd()
    {
        // A file of procfs says that it is empty.
        var result = PolicyFiles.Read(["/proc/self/status"], out _);
        Assert.Contains(result!.Diagnostics, d => d.Message.Contains("apiVersion", StringComparison.Ordinal)
            || d.Field == "apiVersion");
    }

    [Theory]
    [InlineData(4 * 1024 * 1024, null)]
    [InlineData((4 * 1024 * 1024) + 1, "is larger than 4 MiB")]
    public void Policies_AtTheLimit_AreRead_BeyondItRefused(int size, string? expected)
    {
        _directory.Write("policy.yaml", "#" + new string(' ', size - 1));
        var result = PolicyFiles.Read([_directory.Path], out _);
        if (expected is null)
        {
            Assert.Empty(result!.Diagnostics);
        }
        else
        {
            Assert.Contains(expected, Assert.Single(result!.Diagnostics).Message, StringComparison.Ordinal);
        }
    }

    private string Make(string name, string command)
    {
        var path = _directory.File(name);
        Command.Run("sh", "-c", command, path);
        return path;
    }

    private sealed class ListLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
            string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
