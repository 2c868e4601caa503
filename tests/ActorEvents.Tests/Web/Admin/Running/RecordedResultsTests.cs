using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Frames;
using ActorEvents.Web.Admin.Running;

namespace ActorEvents.Tests.Web.Admin.Running;

public sealed class RecordedResultsTests
{
    private readonly RecordedResults _results = new();

    [Fact]
    public async Task The_same_id_finds_the_first_answer()
    {
        var first = _results.Begin("ops", "1", "pause", out var isNew);
        var second = _results.Begin("ops", "1", "pause", out var isNewAgain);
        Assert.False(second.Done.IsCompleted);
        first.End([1, 2]);

        Assert.True(isNew);
        Assert.False(isNewAgain);
        Assert.Equal([1, 2], (await second.Done)!);
    }

    [Fact]
    public void The_same_id_for_another_call_is_refused()
    {
        _results.Begin("ops", "1", "pause", out _);

        Assert.Equal(CommandExit.Precondition, Assert.Throws<CommandException>(() => _results.Begin("ops", "1", "resume", out _)).Exit);
    }

    [Fact]
    public void Users_do_not_share_ids()
    {
        _results.Begin("ops", "1", "pause", out _);
        _results.Begin("admin", "1", "resume", out var isNew);

        Assert.True(isNew);
    }

    [Fact]
    public void The_oldest_go_first()
    {
        for (var i = 0; i <= RecordedResults.Capacity; i++)
        {
            _results.Begin("ops", $"{i}", "pause", out _);
        }

        _results.Begin("ops", "1", "pause", out var second);
        _results.Begin("ops", "0", "pause", out var first);
        Assert.False(second);
        Assert.True(first);
    }

    [Fact]
    public async Task A_large_answer_is_passed_on_and_not_kept()
    {
        var sink = new MemorySink();
        var copy = new RecordedResults.Copy(sink);
        await copy.WriteAsync(new byte[RecordedResults.MostBytes], CancellationToken.None);
        Assert.NotNull(copy.Frames);

        await copy.WriteAsync(new byte[1], CancellationToken.None);

        Assert.Null(copy.Frames);
        Assert.Equal(RecordedResults.MostBytes + 1, sink.Lines.Length);
    }
}
