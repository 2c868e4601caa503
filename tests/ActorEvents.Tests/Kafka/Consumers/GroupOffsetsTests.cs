using ActorEvents.Kafka.Consumers;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Kafka.Consumers;

public sealed class GroupOffsetsTests
{
    private static readonly TopicPartition s_partition = new("orders", 0);

    private readonly ManualResetEventSlim _asked = new();
    private readonly ManualResetEventSlim _answered = new();
    private readonly List<long> _committed = [];
    private bool _onPool;
    private readonly GroupOffsets _offsets;

    public GroupOffsetsTests() => _offsets = new GroupOffsets(
        wanted =>
        {
            _onPool = Thread.CurrentThread.IsThreadPoolThread;
            _asked.Set();
            _answered.Wait();
            _committed.Add(Assert.Single(wanted).Offset.Value);
        },
        NullLogger.Instance);

    /// <summary>
    /// A coordinator that does not answer holds a commit without end; the poll thread, which waited for it, fell out of its group. What is begun behind it would come when the client may be at
    /// its end.
    /// </summary>
    [Fact]
    public async Task A_commit_that_does_not_end_is_waited_for_no_longer_than_told_and_none_is_begun_behind_it()
    {
        _offsets.Remember(s_partition, 7);
        _offsets.Start(_ => true);
        _asked.Wait();
        _offsets.Remember(s_partition, 8);

        _offsets.Finish(_ => true, TimeSpan.FromMilliseconds(1));
        Assert.False(_offsets.InFlight.IsCompleted);
        _offsets.Finish(_ => true, TimeSpan.FromHours(1));
        Assert.False(_offsets.InFlight.IsCompleted);

        _answered.Set();
        await _offsets.InFlight;
        Assert.Equal([7], _committed);

        _offsets.Finish(_ => true, TimeSpan.FromMinutes(1));
        Assert.Equal([7, 8], _committed);
    }

    [Fact]
    public void What_is_wanted_is_committed_when_partitions_are_given_away()
    {
        _answered.Set();
        _offsets.Remember(s_partition, 7);

        _offsets.Finish(_ => true, TimeSpan.FromMinutes(1));
        _offsets.Finish(_ => true, TimeSpan.FromMinutes(1));
        Assert.Equal([7], _committed);
    }

    /// <summary>While a group is divided anew commits wait for seconds; those of two sources held all threads of the pool on two cores, and health got no answer for a second.</summary>
    [Fact]
    public async Task A_commit_that_waits_takes_no_thread_from_the_pool()
    {
        _answered.Set();
        _offsets.Remember(s_partition, 7);
        _offsets.Start(_ => true);
        await _offsets.InFlight;

        Assert.Equal([7], _committed);
        Assert.False(_onPool);
    }
}
