using ActorEvents.Journal.Stores;
using ActorEvents.Sources;
using ActorEvents.Sources.Timers;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Sources.Timers;

public sealed class TimerSourceTests : SourceKit
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 60_000, 60_000L)]
    [InlineData(0, 59_999, 0L)]
    [InlineData(60_000, 59_999, null)]
    [InlineData(60_001, 119_999, null)]
    [InlineData(60_001, 120_000, 120_000L)]
    [InlineData(60_001, 600_001, 600_000L)]
    public void Of_missed_ticks_only_the_last_is_due(long next, long now, long? due) =>
        Assert.Equal(due, new Ticks(TimeSpan.FromMinutes(1)).Last(next, now));

    [Theory]
    [InlineData(1, 1, 59_999)]
    [InlineData(1, 60_000, 60_000)]
    [InlineData(60_001, 60_001, 59_999)]
    [InlineData(600_001, 60_001, 60_000)]
    public void The_wait_is_until_the_next_tick_and_never_longer_than_the_interval(long next, long now, double milliseconds) =>
        Assert.Equal(milliseconds, new Ticks(TimeSpan.FromMinutes(1)).Wait(next, now).TotalMilliseconds);

    [Fact]
    public async Task A_tick_is_an_event_whose_position_is_its_due_time()
    {
        var time = new HandClock(Noon.AddSeconds(10));
        var timer = Timer();
        var subscription = Subscribe();
        Start(timer, [subscription], time: time);
        Assert.Equal("cleanup/cleanup/0", subscription.Opens().Stream.Name);
        AwaitAssert(() => Assert.Equal(Noon.AddSeconds(10).ToUnixTimeMilliseconds(), Positions[timer.Stream.Name]?.Next));
        await time.MoveTo(Noon.AddMinutes(1));
        var tick = subscription.Takes(1)[0];
        Assert.Equal(Noon.AddMinutes(1).ToUnixTimeMilliseconds(), tick.Position.Number);
        Assert.Equal(("tick", "/timers/cleanup", "cleanup", "2026-01-02T12:01:00.000Z"), (tick.Type, tick.Source, tick.Key, tick.Time));
        Assert.Equal("2026-01-02T12:01:00.000Z", tick.Payload<Dictionary<string, string>>()["due"]);
        subscription.Settles(tick.Position.Number);
        AwaitAssert(() => Assert.Equal(tick.Position.Number + 1, Positions[timer.Stream.Name]?.Next));
    }

    [Fact]
    public async Task After_a_restart_the_last_missed_tick_comes_at_once_and_then_the_next()
    {
        var timer = Timer();
        await Positions.RaiseAsync([new CommittedPosition(timer.Stream.Name, Noon.ToUnixTimeMilliseconds() + 1)], CancellationToken.None);
        var time = new HandClock(Noon.AddMinutes(10).AddSeconds(5));
        var subscription = Subscribe();
        Start(timer, [subscription], time: time);
        subscription.Opens();
        Assert.Equal(Noon.AddMinutes(10).ToUnixTimeMilliseconds(), subscription.Takes(1)[0].Position.Number);
        await time.MoveTo(Noon.AddMinutes(11));
        Assert.Equal(Noon.AddMinutes(11).ToUnixTimeMilliseconds(), subscription.Takes(1)[0].Position.Number);
    }

    [Fact]
    public async Task A_lane_that_asks_for_it_is_read_again_from_its_committed_position()
    {
        var time = new HandClock(Noon.AddSeconds(10));
        var timer = Timer();
        var subscription = Subscribe();
        var source = Start(timer, [subscription], time: time);
        var first = subscription.Opens();
        await time.MoveTo(Noon.AddMinutes(1));
        var tick = subscription.Takes(1)[0].Position.Number;

        source.Tell(new ReopenLane(first.Stream), first.Lane);
        subscription.Closes();
        Assert.Equal((first.Stream, first.Start), (subscription.Opens().Stream, subscription.Session.Start));
        Assert.Equal(tick, subscription.Takes(1)[0].Position.Number);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(10.5)]
    public void An_interval_out_of_range_is_refused_by_value(double milliseconds)
    {
        var interval = TimeSpan.FromMilliseconds(milliseconds);
        var refused = Assert.Throws<ArgumentException>(() => new TimerSource("t", interval, "t"));
        Assert.Contains($"interval = '{interval}' of timer 't'", refused.Message, StringComparison.Ordinal);
    }

    private static TimerSource Timer() => new("cleanup", TimeSpan.FromMinutes(1), "tick");

    /// <summary>A clock by hand that knows when the timer has begun to wait.</summary>
    private sealed class HandClock(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private readonly SemaphoreSlim _waits = new(0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _waits.Release();
            return timer;
        }

        public async Task MoveTo(DateTimeOffset time)
        {
            Assert.True(await _waits.WaitAsync(TimeSpan.FromSeconds(20)), "the timer does not wait");
            SetUtcNow(time);
        }
    }
}
