using System.Net;
using System.Text;
using Jumpgate.Http.Observation;
using Jumpgate.Testing;
using Microsoft.AspNetCore.Http;

namespace Jumpgate.Http.Tests.Http2;

public class StreamingTests
{

    [Fact]
    public async Task PlainConversation_BothWays_IsNotBuffered()
    {
        await using var backend = await Backend.StartAsync(async c =>
        {
            await c.Response.Body.FlushAsync();
            var buffer = new byte[16];
            int read;
            while ((read = await c.Request.Body.ReadAsync(buffer)) > 0)
            {
                await c.Response.Body.WriteAsync(buffer.AsMemory(0, read));
                await c.Response.Body.FlushAsync();
            }
        });
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using var client = proxy.CreateClient();
        // Connections that are at rest: nothing but the conversation itself makes anybody send what is waiting.
        await client.GetStringAsync(new Uri("/", UriKind.Relative));
        using var content = new ConversationContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var answers = await response.Content.ReadAsStreamAsync();
        var sending = await content.Stream.WaitAsync(Wait.Patience);
        var buffer = new byte[16];
        for (var i = 0; i < 5; i++)
        {
            await sending.WriteAsync(Encoding.ASCII.GetBytes($"word{i}"));
            await sending.FlushAsync();
            var read = await answers.ReadAsync(buffer).AsTask().WaitAsync(Wait.Patience);
            Assert.Equal($"word{i}", Encoding.ASCII.GetString(buffer, 0, read));
        }

        content.End();
        Assert.Equal(0, await answers.ReadAsync(buffer).AsTask().WaitAsync(Wait.Patience));
        Assert.Equal(RequestOutcome.Forwarded, (await proxy.Observer.NextAsync()).Outcome);
        Assert.Equal(RequestOutcome.Forwarded, (await proxy.Observer.NextAsync()).Outcome);
    }

    [Fact]
    public async Task LargeBody_BothWaysAtOnce_ArrivesWhole()
    {
        const int Size = 20 * 1024 * 1024;
        await using var backend = await Backend.StartAsync(async c =>
        {
            await c.Response.Body.FlushAsync();
            await c.Request.Body.CopyToAsync(c.Response.Body);
        });
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using var client = proxy.CreateClient();
        var sent = new byte[Size];
        new Random(7).NextBytes(sent);
        using var content = new ConversationContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var receiving = response.Content.ReadAsByteArrayAsync();
        await (await content.Stream.WaitAsync(Wait.Patience)).WriteAsync(sent);
        content.End();

        Assert.Equal(sent, await receiving.WaitAsync(Wait.Patience));
    }

    [Fact]
    public async Task SlowReader_OfAnEndlessResponse_HoldsTheServerBack()
    {
        long written = 0;
        await using var backend = await Backend.StartAsync(async c =>
        {
            var block = new byte[64 * 1024];
            while (!c.RequestAborted.IsCancellationRequested)
            {
                await c.Response.Body.WriteAsync(block, c.RequestAborted);
                Interlocked.Add(ref written, block.Length);
            }
        });
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using var client = proxy.CreateClient();

        using var response = await client.GetAsync(
            new Uri("/", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

        // Nobody reads: the server comes to a stop after what windows and socket buffers hold.
        var before = -1L;
        while (before != Interlocked.Read(ref written))
        {
            before = Interlocked.Read(ref written);
            Assert.True(before < 64 * 1024 * 1024, $"{before} bytes taken for a client that reads nothing");
            await Task.Delay(500);
        }

        Assert.True(before > 0);
    }

    [Fact]
    public async Task SlowServer_OfAnEndlessRequest_HoldsTheClientBack()
    {
        await using var backend = await Backend.StartAsync(
            c => Task.Delay(Timeout.InfiniteTimeSpan, c.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using var client = proxy.CreateClient();
        using var content = new ConversationContent();
        using var cancel = new CancellationTokenSource();
        var posting = client.PostAsync(new Uri("/", UriKind.Relative), content, cancel.Token);
        var stream = await content.Stream.WaitAsync(Wait.Patience);
        var block = new byte[64 * 1024];
        long written = 0;

        // A write that does not end within a second has met a closed window; one that never does has met none.
        var writing = stream.WriteAsync(block).AsTask();
        while (await Task.WhenAny(writing, Task.Delay(1000)) == writing)
        {
            written += block.Length;
            Assert.True(written < 64 * 1024 * 1024, $"{written} bytes taken for a server that reads nothing");
            writing = stream.WriteAsync(block).AsTask();
        }

        await cancel.CancelAsync();
        content.End();
        await Assert.ThrowsAnyAsync<Exception>(() => posting);
        await Assert.ThrowsAnyAsync<Exception>(() => writing);
    }

    [Fact]
    public async Task ServerRestarts_BetweenRequests_NextOneIsForwarded()
    {
        var backend = await Backend.StartRawTargetAsync();
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using var client = proxy.CreateClient();
        await client.GetStringAsync(new Uri("/one", UriKind.Relative));
        await backend.DisposeAsync();
        using var down = await client.GetAsync(new Uri("/down", UriKind.Relative));
        await using var again = await Backend.StartAsync(c => c.Response.WriteAsync("again"), backend.EndPoint.Port);

        Assert.Equal(HttpStatusCode.BadGateway, down.StatusCode);
        Assert.Equal("again", await client.GetStringAsync(new Uri("/two", UriKind.Relative)));
        Assert.Equal(1, proxy.Accepted);
    }

    [Fact]
    public async Task ClientCancels_ServerSeesItAndConnectionLives()
    {
        var cancelled = new TaskCompletionSource();
        await using var backend = await Backend.StartAsync(async c =>
        {
            if (c.Request.Path == "/wait")
            {
                await c.Response.Body.FlushAsync();
                await using var registration = c.RequestAborted.Register(cancelled.SetResult);
                await cancelled.Task;
            }
        });
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using var client = proxy.CreateClient();

        using (await client.GetAsync(new Uri("/wait", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead))
        {
        }

        await cancelled.Task.WaitAsync(Wait.Patience);
        Assert.Equal(RequestOutcome.Error, (await proxy.Observer.NextAsync()).Outcome);
        using var next = await client.GetAsync(new Uri("/next", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.Equal(1, proxy.Accepted);
        Assert.Equal(1, proxy.UpstreamConnects);
    }

    [Fact]
    public async Task ServerResets_BeforeHeaders_ClientSeesTheSameCode()
    {
        await using var backend = await Backend.StartAsync(c =>
        {
            c.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResetFeature>()!.Reset(0xb);
            return Task.CompletedTask;
        });
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);

        var answer = await RawHttp2.RequestAsync(
            proxy.EndPoint, (":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a"));

        Assert.Equal("RST_STREAM 11", answer);
        var record = await proxy.Observer.NextAsync();
        Assert.Equal(RequestOutcome.Error, record.Outcome);
        Assert.Equal(0, record.Status);
        Assert.Equal(1, proxy.Observer.Counts);
    }

    [Fact]
    public async Task ServerBreaksOff_InTheBody_ClientDoesNotSeeAnEnd()
    {
        await using var backend = await Backend.StartAsync(async c =>
        {
            await c.Response.WriteAsync("half");
            await c.Response.Body.FlushAsync();
            c.Abort();
        });
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using var client = proxy.CreateClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri("/", UriKind.Relative)));
        Assert.Equal(RequestOutcome.Error, (await proxy.Observer.NextAsync()).Outcome);
    }

    [Fact]
    public async Task ServerDown_PlainRequest_Gets502AndRecovers()
    {
        await using var proxy = await ProxyHarness.StartAsync(Backend.Nowhere, FakePolicy.AllowAll);
        using var client = proxy.CreateClient();

        using var first = await client.GetAsync(new Uri("/", UriKind.Relative));
        using var second = await client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.BadGateway, first.StatusCode);
        Assert.Equal(HttpStatusCode.BadGateway, second.StatusCode);
        Assert.Equal(1, proxy.Accepted);
        var record = await proxy.Observer.NextAsync();
        Assert.Equal(RequestOutcome.Error, record.Outcome);
        Assert.Equal(502, record.Status);
        Assert.Equal("the server could not be reached", record.Reason);
    }

    [Fact]
    public async Task Abort_OfTheConnection_EndsBothSides()
    {
        var gone = new TaskCompletionSource();
        await using var backend = await Backend.StartAsync(async c =>
        {
            await c.Response.Body.FlushAsync();
            await using var registration = c.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        });
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using var client = proxy.CreateClient();
        using var response = await client.GetAsync(
            new Uri("/", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

        await proxy.AbortAsync();

        await gone.Task.WaitAsync(Wait.Patience);
        await proxy.WhenAllServed();
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync());
        Assert.Equal(RequestOutcome.Error, (await proxy.Observer.NextAsync()).Outcome);
        Assert.Equal(1, proxy.Observer.Counts);
    }

    [Fact]
    public async Task ClientLeaves_UpstreamConnectionIsClosed()
    {
        await using var backend = await Backend.StartRawTargetAsync();
        await using var proxy = await ProxyHarness.StartAsync(backend.EndPoint, FakePolicy.AllowAll);
        using (var first = proxy.CreateClient())
        {
            await first.GetStringAsync(new Uri("/", UriKind.Relative));
        }

        await proxy.WhenAllServed();
        using var second = proxy.CreateClient();
        await second.GetStringAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(2, proxy.UpstreamConnects);
    }

    private sealed class ConversationContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Stream> Stream => _stream.Task;

        public void End() => _end.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            // HttpClient holds a request's head back until its content is flushed, or something else is sent.
            await stream.FlushAsync();
            _stream.SetResult(stream);
            await _end.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
