using ActorEvents.Kafka.Consumers;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Kafka.Consumers;

public sealed class GroupOffsetsTests
{
    private static readonly TopicPartition s_partition = new("orders", 0);

    /// <summary>A coordinator that does not answer holds a commit without end; the poll thread, which waited for it, fell out of its group.</summary>
    [Fact]
    public async Task A_commit_that_does_not_end_is_waited_for_no_longer_than_told()
    {
        using var answered = new ManualResetEventSlim();
        var committed = new List<long>();
        var offsets = new GroupOffsets(
            wanted =>
            {
                answered.Wait();
                committed.Add(Assert.Single(wanted).Offset.Value);
            },
            NullLogger.Instance);
        offsets.Remember(s_partition, 7);
        offsets.Start(_ => true);
        offsets.Remember(s_partition, 8);

        offsets.Finish(_ => true, TimeSpan.FromMilliseconds(1));
        Assert.False(offsets.InFlight.IsCompleted);

        answered.Set();
        await offsets.InFlight;
        Assert.Equal([7, 8], committed);
    }
}
