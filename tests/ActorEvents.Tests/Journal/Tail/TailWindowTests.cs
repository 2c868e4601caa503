using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Tail;

namespace ActorEvents.Tests.Journal.Tail;

public sealed class TailWindowTests
{
    private static readonly JournalEntry Entry = new() { StateEvents = [], Positions = [] };
    private readonly TailWindow _window = new(maxRows: 4, maxBytes: 100);

    [Fact]
    public void The_oldest_rows_give_way_to_the_bound_in_rows()
    {
        _window.Add([.. Enumerable.Range(1, 6).Select(i => Row(i))]);
        Assert.Equal((4, 40, 2, 6), (_window.Count, _window.Bytes, _window.Start, _window.End));
        Assert.Equal([3L, 4, 5, 6], Behind(2, 10));
        Assert.Equal([5L], Behind(4, 1));
        Assert.Empty(Behind(6, 10));
    }

    [Fact]
    public void The_oldest_rows_give_way_to_the_bound_in_bytes_and_one_that_is_larger_is_not_kept()
    {
        _window.Add([Row(1, 60), Row(2, 30), Row(3, 20)]);
        Assert.Equal((2, 50, 1, 3), (_window.Count, _window.Bytes, _window.Start, _window.End));
        _window.Add([Row(4, 101)]);
        Assert.Equal((0, 0, 4, 4), (_window.Count, _window.Bytes, _window.Start, _window.End));
    }

    [Fact]
    public void A_place_in_a_gap_is_served_from_the_row_behind_it()
    {
        _window.MoveTo(10);
        _window.Add([Row(12), Row(20)]);
        Assert.Equal([12L, 20], Behind(10, 10));
        Assert.Equal([20L], Behind(15, 10));
    }

    [Fact]
    public void A_row_of_ours_that_cannot_be_read_and_what_is_behind_it_are_not_kept()
    {
        _window.Add([Row(1), new JournalRow(2, "other/1", 1, null, "Not of ours") { Foreign = true }, new JournalRow(3, "h/1", 1, null, "damaged"), Row(4)]);
        Assert.Equal((2, 2), (_window.Count, _window.End));
    }

    private static JournalRow Row(long ordering, int size = 10) => new(ordering, "h/1", ordering, Entry, null) { Size = size };

    private IEnumerable<long> Behind(long place, int limit) => _window.Behind(place, limit).Select(r => r.Ordering);
}
