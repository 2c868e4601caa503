using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Sources;
using ActorEvents.Sources;

namespace ActorEvents.Tests.Kafka.Sources;

/// <summary>200 partitions with a backlog took 2 GiB, which no setting and no line had said.</summary>
public sealed class PartitionMemoryTests
{
    private const long MiB = 1024 * 1024;

    [Fact]
    public void Partitions_that_may_hold_more_than_the_process_has_are_said_with_the_sum_and_its_parts()
    {
        var memory = new PartitionMemory(new FlowOptions(), new KafkaClientOptions(), 1_125 * MiB);

        Assert.Null(memory.Change(40));
        var problem = memory.Change(160);

        Assert.NotNull(problem);
        Assert.All(
            ["its 200 partitions on this node may hold 5600 MiB (28 MiB each", "flow.max-bytes 16, kafka.buffer-bytes 4, queue of the client 8", "may use 1125 MiB", "run more nodes"],
            s => Assert.Contains(s, problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Partitions_that_left_count_no_more_and_the_client_s_own_setting_counts()
    {
        var client = new KafkaClientOptions { BufferBytes = MiB, Client = new Dictionary<string, string> { ["queued.max.messages.kbytes"] = "1024" } };
        var memory = new PartitionMemory(new FlowOptions { MaxBytes = 2 * MiB }, client, 40 * MiB);

        Assert.Null(memory.Change(10));
        Assert.Null(memory.Change(-10));
        Assert.Null(memory.Change(10));
        Assert.Contains("44 MiB (4 MiB each", memory.Change(1), StringComparison.Ordinal);
    }
}
