using ActorEvents.Kafka.Consumers;

namespace ActorEvents.Tests.Kafka.Consumers;

/// <summary>The one state of a consumer: forwards only.</summary>
public sealed class ConsumerStateTests
{
    private static readonly ConsumerPhase[] s_asked = [ConsumerPhase.Reading, ConsumerPhase.Idle, ConsumerPhase.Leaving, ConsumerPhase.Abandoning];

    private readonly ConsumerState _state = new();

    [Fact]
    public void It_goes_forward_only_whatever_is_asked_for_afterwards()
    {
        foreach (var first in s_asked)
        {
            foreach (var second in s_asked)
            {
                var state = new ConsumerState();
                state.Advance(first);
                state.Advance(second);
                Assert.Equal((ConsumerPhase)Math.Max((int)first, (int)second), state.Phase);
            }
        }
    }

    [Theory]
    [InlineData(0, true, true)]
    [InlineData(1, true, true)]
    [InlineData(2, false, true)]
    [InlineData(3, false, false)]
    public void It_stays_in_its_group_until_it_leaves_and_may_drain_until_it_is_abandoned(int phase, bool member, bool drain)
    {
        _state.Advance((ConsumerPhase)phase);
        Assert.Equal((member, drain), (_state.IsMember, _state.MayDrain));
        Assert.Equal(!drain, _state.Abandoned.IsCancellationRequested);
    }

    [Fact]
    public void A_failure_wins_over_a_leave_and_the_first_one_counts()
    {
        var (first, second) = (new InvalidOperationException("first"), new InvalidOperationException("second"));
        _state.Advance(ConsumerPhase.Leaving);
        Assert.True(_state.Fail(first));
        Assert.False(_state.Fail(second));
        Assert.Same(first, _state.Failure);
        Assert.Equal((ConsumerPhase.Failed, false, false), (_state.Phase, _state.IsMember, _state.MayDrain));
    }

    /// <summary>The poll thread may wait inside a callback when its source is stopped, whatever came before.</summary>
    [Fact]
    public void What_waits_is_told_to_stop_when_it_is_abandoned_also_after_a_failure()
    {
        _state.Fail(new InvalidOperationException("failed"));
        Assert.False(_state.Abandoned.IsCancellationRequested);
        _state.Advance(ConsumerPhase.Abandoning);
        Assert.True(_state.Abandoned.IsCancellationRequested);
        Assert.Equal(ConsumerPhase.Failed, _state.Phase);
    }

    [Fact]
    public void Threads_that_move_it_at_once_leave_it_at_the_furthest()
    {
        for (var round = 0; round < 200; round++)
        {
            var state = new ConsumerState();
            Parallel.ForEach(s_asked, state.Advance);
            Assert.Equal(ConsumerPhase.Abandoning, state.Phase);
        }
    }
}
