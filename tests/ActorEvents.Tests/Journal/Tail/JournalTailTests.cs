using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Tail;
using ActorEvents.Tests.Kafka;
using ActorEvents.Tests.Relay;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Journal.Tail;

/// <summary>On a journal in memory whose reads are counted, and on a clock that the tests move.</summary>
public sealed class JournalTailTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 30, 0, 0, 0, TimeSpan.Zero));
    private readonly FakeJournal _journal = new();
    private readonly LogLines _log = new();
    private JournalTail _tail = null!;

    public Task InitializeAsync()
    {
        _tail = NewTail(TimeSpan.FromSeconds(1));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _tail.DisposeAsync();

    [Fact]
    public async Task A_fast_subscription_has_everything_at_once_while_a_slow_one_misses_nothing_and_memory_stays_bounded()
    {
        var (fast, slow) = (_tail.Subscribe("fast", 0, 100), _tail.Subscribe("slow", 0, 10));
        var (gotFast, gotSlow) = (new List<long>(), new List<long>());
        for (var i = 0; i < 100; i++)
        {
            Append(100);
            await DrainAsync(fast, gotFast);
            Assert.Equal(_journal.Highest, gotFast[^1]);
            gotSlow.AddRange(await NextAsync(slow));
            Assert.InRange(_tail.Held.Rows, 1, JournalTail.MaxRows);
        }

        Assert.Equal(1_000, gotSlow.Count);
        await DrainAsync(slow, gotSlow);
        Assert.Equal(JournalTail.MaxRows, _tail.Held.Rows);
        var all = _journal.Rows.Select(r => r.Ordering).ToList();
        Assert.Equal(10_000, all.Count);
        Assert.Equal(all, gotFast);
        Assert.Equal(all, gotSlow);
    }

    [Fact]
    public async Task What_one_has_read_at_the_tail_is_not_read_again_for_the_others()
    {
        var (first, second) = (_tail.Subscribe("first", 0), _tail.Subscribe("second", 0, 7));
        Append(50);
        var page = await first.TryReadAsync(None);
        Assert.Equal((50, 1), (page.Count, _journal.Reads));

        var rows = new List<JournalRow>();
        while (rows.Count < 50)
        {
            rows.AddRange(await second.TryReadAsync(None));
        }

        Assert.Equal(1, _journal.Reads);
        Assert.All(page.Zip(rows), pair => Assert.Same(pair.Item1, pair.Item2));
    }

    /// <summary>It was told for ever that there are rows, and asked the database as fast as that answered.</summary>
    [Fact]
    public async Task A_subscription_before_rows_that_are_gone_waits_for_new_ones()
    {
        var (first, slow) = (_tail.Subscribe("first", 0), _tail.Subscribe("slow", 0, JournalTail.MaxRows));
        Append(JournalTail.MaxRows);
        var got = new List<long>();
        await DrainAsync(first, got);
        slow.Seek(10);
        _journal.GoBack(10);
        var before = _journal.Reads;

        var next = Task.Run(() => slow.ReadAsync(None));
        await Poll.UntilAsync(() => _journal.Reads > before);
        for (var i = 0; i < 1_000; i++)
        {
            await Task.Yield();
        }

        Assert.InRange(_journal.Reads - before, 1, 10);
        Append(5);
        _tail.Wake();
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal([11L, 12, 13, 14, 15], (await next.WaitAsync(TimeSpan.FromSeconds(20))).Select(r => r.Ordering));
    }

    [Fact]
    public async Task A_subscription_begins_behind_its_place_and_one_that_joins_late_catches_up_and_shares_the_reading()
    {
        Append(100);
        var early = _tail.Subscribe("early", 60);
        var got = new List<long>();
        await DrainAsync(early, got);
        Assert.Equal(Enumerable.Range(61, 40).Select(i => (long)i), got);

        var late = _tail.Subscribe("late", 0, 25);
        var all = new List<long>();
        await DrainAsync(late, all);
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), all);

        Append(10);
        var reads = _journal.Reads;
        Assert.Equal(10, (await late.TryReadAsync(None)).Count);
        Assert.Equal(10, (await early.TryReadAsync(None)).Count);
        Assert.Equal(reads + 1, _journal.Reads);
    }

    [Fact]
    public async Task An_append_of_this_node_wakes_who_waits_without_the_poll()
    {
        await using var tail = NewTail(TimeSpan.FromDays(1));
        var next = tail.Subscribe("s", 0).ReadAsync(None);
        await UntilAsync(() => _journal.Reads == 1);
        Append(1);
        tail.Wake();
        await UntilAsync(() => next.IsCompleted, advance: TimeSpan.FromMilliseconds(5));
        Assert.Equal([1L], (await next).Select(r => r.Ordering));
    }

    [Fact]
    public async Task A_journal_that_does_not_grow_is_looked_at_with_pauses_that_double_and_only_while_somebody_waits()
    {
        var looks = new List<DateTimeOffset>();
        _journal.Fault = () =>
        {
            lock (looks)
            {
                looks.Add(_time.GetUtcNow());
            }

            return null;
        };
        using var stop = new CancellationTokenSource();
        var next = _tail.Subscribe("s", 0).ReadAsync(stop.Token);
        await UntilAsync(
            () =>
            {
                lock (looks)
                {
                    return looks.Count == 7;
                }
            },
            advance: TimeSpan.FromMilliseconds(100));
        var pauses = looks.Zip(looks.Skip(1), (a, b) => b - a).ToList();
        Assert.All(pauses.Zip([1, 2, 4, 8, 8, 8]), p => Assert.True(p.Item1 >= TimeSpan.FromSeconds(p.Item2), $"{p.Item1} is less than {p.Item2} s"));

        // What nobody announced is found.
        Append(1);
        await UntilAsync(() => next.IsCompleted, advance: TimeSpan.FromMilliseconds(100));
        Assert.Single(await next);

        // Nobody waits.
        var reads = _journal.Reads;
        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.InRange(_journal.Reads, reads, reads + 1);
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_is_tried_again_and_said_now_and_then_and_nothing_is_lost()
    {
        var away = true;
        _journal.Fault = () => Volatile.Read(ref away) ? new IOException("journal away") : null;
        Append(3);
        var subscription = _tail.Subscribe("the page", 0);
        await Assert.ThrowsAsync<IOException>(() => subscription.TryReadAsync(None));
        var next = subscription.ReadAsync(None);
        var begin = _time.GetUtcNow();
        await UntilAsync(() => _journal.Reads > 10, advance: TimeSpan.FromMilliseconds(200));
        Assert.False(next.IsCompleted);

        // The 1st, 2nd, 4th and 8th, and what a minute adds: the clock does not wait for a reader that gets no processor.
        var minutes = (int)(_time.GetUtcNow() - begin).TotalMinutes;
        Assert.InRange(_log.All.Count(l => l.Id == 4001 && l.Text.Contains("for the page", StringComparison.Ordinal)), 3, 5 + (2 * minutes));

        Volatile.Write(ref away, false);
        await UntilAsync(() => next.IsCompleted, advance: TimeSpan.FromMilliseconds(200));
        Assert.Equal([1L, 2, 3], (await next).Select(r => r.Ordering));
    }

    [Fact]
    public async Task Who_waits_goes_on_waiting_while_the_journal_cannot_be_read()
    {
        var away = false;
        _journal.Fault = () => Volatile.Read(ref away) ? new IOException("journal away") : null;
        var next = _tail.Subscribe("s", 0).ReadAsync(None);
        await UntilAsync(() => _journal.Answered == 1);
        Volatile.Write(ref away, true);
        Append(1);
        await UntilAsync(() => _journal.Reads > 5, advance: TimeSpan.FromMilliseconds(100));
        Assert.False(next.IsCompleted);
        Assert.Contains(_log.All, l => l.Id == 4001 && l.Text.Contains("for the tail", StringComparison.Ordinal));

        Volatile.Write(ref away, false);
        await UntilAsync(() => next.IsCompleted, advance: TimeSpan.FromMilliseconds(100));
        Assert.Single(await next);
    }

    [Fact]
    public async Task A_stop_ends_who_waits_and_who_reads()
    {
        Append(2);
        var pages = _tail.Subscribe("all", 0).ReadAllAsync(None).GetAsyncEnumerator();
        Assert.True(await pages.MoveNextAsync());
        var waiting = pages.MoveNextAsync().AsTask();
        await UntilAsync(() => _journal.Reads == 2);

        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _journal.Hold = token =>
        {
            began.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        };
        var reading = _tail.Subscribe("at the end", 2).ReadAsync(None);
        await began.Task;
        await _tail.DisposeAsync();
        Assert.False(await waiting);
        Assert.Empty(await reading);
        Assert.Empty(await _tail.Subscribe("afterwards", 0).ReadAsync(None));
        await pages.DisposeAsync();
    }

    [Fact]
    public async Task A_read_that_was_cancelled_loses_nothing()
    {
        var subscription = _tail.Subscribe("s", 0);
        using (var cancel = new CancellationTokenSource())
        {
            var cancelled = subscription.ReadAsync(cancel.Token);
            await UntilAsync(() => _journal.Reads == 1);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        }

        Append(1);
        Assert.Single(await subscription.ReadAsync(None));
    }

    [Fact]
    public async Task A_look_that_began_before_it_was_asked_does_not_say_that_there_is_nothing()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _journal.Hold = token =>
        {
            began.TrySetResult();
            return gate.Task.WaitAsync(token);
        };
        var before = _tail.Subscribe("before", 0).TryReadAsync(None);
        await began.Task;
        Append(1);
        var after = _tail.Subscribe("after", 0).TryReadAsync(None);
        gate.SetResult();
        Assert.Empty(await before);
        Assert.Single(await after);
    }

    /// <summary>Who had read on by itself while the others' look was under way got the rows of that look, which it had.</summary>
    [Fact]
    public async Task Who_has_passed_the_tail_does_not_take_rows_of_a_look_that_began_before_its_place()
    {
        Append(1);
        var (a, b) = (_tail.Subscribe("a", 0), _tail.Subscribe("b", 0));
        Assert.Equal([1L], await NextAsync(a));
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _journal.Hold = token => gate.Task.WaitAsync(token);
        Append(2);
        var behind = a.TryReadAsync(None);
        await UntilAsync(() => _journal.Reads == 2);
        b.Seek(2);
        var ahead = b.TryReadAsync(None);
        await UntilAsync(() => _journal.Reads == 3);
        gate.SetResult();
        Assert.Equal([2L, 3], (await behind).Select(r => r.Ordering));
        Assert.Equal([3L], (await ahead).Select(r => r.Ordering));
    }

    [Fact]
    public async Task A_row_that_was_restored_is_read_again_by_who_goes_back_to_it()
    {
        Append(2);
        var damaged = _journal.Append("h/1", null, "damaged", foreign: false);
        Append(1);
        var (stays, passes) = (_tail.Subscribe("stays", 0), _tail.Subscribe("passes by", 0));
        Assert.Null((await stays.TryReadAsync(None))[2].Entry);
        var passed = new List<long>();
        await DrainAsync(passes, passed);
        Assert.Equal([1L, 2, 3, 4], passed);

        _journal.Replace(damaged, new JournalEntry { StateEvents = [], Positions = [] });
        stays.Seek(2);
        Assert.Equal([3L, 4], (await stays.TryReadAsync(None)).Where(r => r.Entry is not null).Select(r => r.Ordering));
    }

    /// <summary>The place of who reads on after a restore may be behind the journal's end; the tail looked there, and nobody else was told of new rows.</summary>
    [Fact]
    public async Task A_place_behind_the_journals_end_keeps_nobody_from_what_is_new()
    {
        Append(1);
        Assert.Empty(await _tail.Subscribe("from another journal", 1_000).TryReadAsync(None));
        var next = _tail.Subscribe("s", 1).ReadAsync(None);
        await UntilAsync(() => _journal.Reads == 2);
        Append(1);
        await UntilAsync(() => next.IsCompleted, advance: TimeSpan.FromMilliseconds(100));
        Assert.Equal([2L], (await next).Select(r => r.Ordering));
    }

    private JournalTail NewTail(TimeSpan poll) => new(_journal, poll, _time, _log);

    private void Append(int rows)
    {
        for (var i = 0; i < rows; i++)
        {
            _journal.Append("h/1");
        }
    }

    private static async Task<IEnumerable<long>> NextAsync(JournalSubscription subscription) => (await subscription.TryReadAsync(None)).Select(r => r.Ordering);

    private static async Task DrainAsync(JournalSubscription subscription, List<long> got)
    {
        while (await subscription.TryReadAsync(None) is { Count: > 0 } page)
        {
            got.AddRange(page.Select(r => r.Ordering));
        }
    }

    private async Task UntilAsync(Func<bool> condition, TimeSpan advance = default)
    {
        var until = Environment.TickCount64 + 30_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < until, "the condition was not met in time");
            _time.Advance(advance);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }
}
