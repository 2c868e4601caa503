using ActorEvents.Web.Admin.Nodes;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Web.Admin.Nodes;

public sealed class RemoteSinkTests : TestKit
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_line_of_any_size_goes_in_pieces_that_every_remote_message_takes_and_comes_out_whole()
    {
        var sink = Sink(streaming: false);
        var line = Enumerable.Range(0, 100_000).Select(i => (byte)(i % 251)).ToArray();
        await sink.WriteAsync(line, None);
        await sink.WriteAsync("end\n"u8.ToArray(), None);
        sink.Flush(last: true);

        var bytes = new List<byte>();
        CallFrames piece;
        do
        {
            piece = await ExpectMsgAsync<CallFrames>();
            Assert.InRange(piece.Lines.Length, 1, RemoteSink.Piece);
            Assert.Equal(7, piece.Id);
            bytes.AddRange(piece.Lines.Span);
        }
        while (!piece.Last);

        Assert.Equal([.. line, .. "end\n"u8], bytes);
    }

    [Fact]
    public async Task Small_lines_of_an_answer_go_together_and_its_end_goes_even_if_nothing_waits()
    {
        var sink = Sink(streaming: false);
        await sink.WriteAsync("a\n"u8.ToArray(), None);
        await sink.WriteAsync("b\n"u8.ToArray(), None);
        await ExpectNoMsgAsync(TimeSpan.Zero);
        sink.Flush(last: false);
        sink.Flush(last: true);

        Assert.Equal((4, false), await ExpectMsgAsync<CallFrames>() is var both ? (both.Lines.Length, both.Last) : default);
        Assert.Equal((0, true), await ExpectMsgAsync<CallFrames>() is var end ? (end.Lines.Length, end.Last) : default);
    }

    [Fact]
    public async Task A_stream_s_lines_go_at_once_until_there_are_too_many_which_wait()
    {
        var sink = Sink(streaming: true);
        var line = new byte[RemoteSink.Piece];
        var written = 0;
        var writing = WriteAsync();
        while (written < 6)
        {
            await ExpectMsgAsync<CallFrames>();
            written++;
        }

        // 72 KiB within a quarter of a second are more than 64.
        await ExpectNoMsgAsync(TimeSpan.Zero);
        Assert.False(writing.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(251));
        await ExpectMsgAsync<CallFrames>();
        await writing;

        async Task WriteAsync()
        {
            for (var i = 0; i < 7; i++)
            {
                await sink.WriteAsync(line, None);
            }
        }
    }

    private RemoteSink Sink(bool streaming) => new(TestActor, 7, TestActor, streaming, _time);
}
