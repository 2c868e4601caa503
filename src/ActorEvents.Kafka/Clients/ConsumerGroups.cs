using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace ActorEvents.Kafka.Clients;

/// <summary>A member of a consumer group, and what it holds.</summary>
internal sealed record GroupMember(string ClientId, string Host, IReadOnlyList<TopicPartition> Partitions);

/// <summary>Asks about consumer groups. A broker that does not tell (no such right, an embedded broker, no answer in time) is no failure.</summary>
/// <param name="ask">Runs a question to the broker; no thread waits.</param>
internal sealed class ConsumerGroups(Func<Func<IAdminClient, Task<object>>, Task<object>> ask)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(3);

    /// <summary>Null: not told.</summary>
    public async Task<IReadOnlyList<GroupMember>?> MembersAsync(string group, CancellationToken cancellationToken)
    {
        try
        {
            var told = (DescribeConsumerGroupsResult)await ask(async a => await a.DescribeConsumerGroupsAsync([group], new DescribeConsumerGroupsOptions { RequestTimeout = s_timeout }))
                .WaitAsync(cancellationToken);
            return [.. told.ConsumerGroupDescriptions.SelectMany(g => g.Members).Select(m => new GroupMember(m.ClientId, m.Host, m.Assignment?.TopicPartitions ?? []))];
        }
        catch (Exception e) when (e is KafkaException or DescribeConsumerGroupsException)
        {
            return null;
        }
    }

    /// <summary>What is committed to a group; without partitions that have nothing. Empty also where it is not told.</summary>
    public async Task<IReadOnlyDictionary<TopicPartition, long>> OffsetsAsync(string group, IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        try
        {
            var told = (List<ListConsumerGroupOffsetsResult>)await ask(async a => await a.ListConsumerGroupOffsetsAsync(
                [new ConsumerGroupTopicPartitions(group, [.. partitions])], new ListConsumerGroupOffsetsOptions { RequestTimeout = s_timeout })).WaitAsync(cancellationToken);
            return told.SelectMany(g => g.Partitions).Where(p => !p.Error.IsError && p.Offset.Value >= 0).ToDictionary(p => p.TopicPartition, p => p.Offset.Value);
        }
        catch (Exception e) when (e is KafkaException or ListConsumerGroupOffsetsException)
        {
            return new Dictionary<TopicPartition, long>();
        }
    }
}
