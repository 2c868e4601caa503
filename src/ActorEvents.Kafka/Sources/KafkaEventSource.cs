using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using ActorEvents.Kafka.Clients;
using ActorEvents.Sources;
using Akka.Actor;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Sources;

/// <summary>A Kafka source: the group divides the partitions over the nodes; each assigned partition is a lane.</summary>
public sealed class KafkaEventSource(KafkaSourceOptions options, KafkaClientOptions client, KafkaTopics topics) : IEventSource
{
    private volatile string? _stranger;

    public string Name => options.Name;

    public SourcePlacement Placement => SourcePlacement.EveryNode;

    /// <inheritdoc/>
    public string MessagingSystem => "kafka";

    /// <inheritdoc/>
    public string ConsumerGroup => options.GroupId ?? client.GroupId;

    /// <inheritdoc/>
    public string Takes => $"group {ConsumerGroup}: {string.Join("; ", options.Topics.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => $"{t.Key} as {t.Value}"))}";

    public string Describe => $"Kafka {string.Join(", ", options.Topics.Keys)} (group {ConsumerGroup}, start {options.Start.ToString().ToLowerInvariant()})";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Reads => [.. options.Topics.Keys.Select(t => $"topic '{t}' of {client.BootstrapServers}")];

    /// <inheritdoc/>
    public string? Problem => topics.Problem ?? _stranger;

    public Props Props(SourceContext context)
    {
        Action<string?> report = problem => _stranger = problem;
        return Akka.Actor.Props.Create(() => new KafkaSourceActor(context, options, client, topics, report));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CommittedPosition>> EndsAsync(IPositionStore positions, CancellationToken cancellationToken)
    {
        var ends = new List<CommittedPosition>();
        foreach (var name in options.Topics.Keys)
        {
            var topic = await topics.DescribeAsync(name, fresh: false, cancellationToken);
            var offsets = await topics.OffsetsAsync([.. topic.Partitions.Select(p => new TopicPartition(name, p))], KafkaStart.Latest, cancellationToken);
            ends.AddRange(offsets.Select(o => new CommittedPosition(StreamId.ForPartition(options.Name, name, topic.Id, o.Key.Partition.Value).Name, o.Value)));
        }

        return ends;
    }
}
