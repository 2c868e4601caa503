using ActorEvents.Events;
using ActorEvents.Journal;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Sources;
using ActorEvents.Sources;
using Akka.Actor;
using Confluent.Kafka;

namespace ActorEvents.Kafka;

/// <summary>A Kafka source: the group divides the partitions over the nodes; each assigned partition is a lane.</summary>
public sealed class KafkaEventSource(KafkaSourceOptions options, KafkaClientOptions client, KafkaTopics topics) : IEventSource, ISourceEnds
{
    public string Name => options.Name;

    public SourcePlacement Placement => SourcePlacement.EveryNode;

    public string Describe => $"Kafka {string.Join(", ", options.Topics.Keys)} (group {client.GroupId}, start {options.Start.ToString().ToLowerInvariant()})";

    public Props Props(SourceContext context) => Akka.Actor.Props.Create(() => new KafkaSourceActor(context, options, client, topics));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CommittedPosition>> EndsAsync(CancellationToken cancellationToken)
    {
        var ends = new List<CommittedPosition>();
        foreach (var topic in options.Topics.Keys)
        {
            var id = await topics.IdAsync(topic, fresh: false, cancellationToken);
            ends.AddRange(await Task.Run(
                () => topics.Partitions(topic)
                    .Select(p => new CommittedPosition(StreamId.ForPartition(options.Name, topic, id, p).Name, topics.Watermarks(new TopicPartition(topic, p)).High.Value))
                    .ToArray(),
                cancellationToken));
        }

        return ends;
    }
}
