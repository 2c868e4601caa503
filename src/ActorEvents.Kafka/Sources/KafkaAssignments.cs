using System.Collections.Concurrent;
using System.Globalization;
using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Telemetry;
using ActorEvents.Sources;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Sources;

/// <summary>A partition as it was assigned: its stream (which names the topic's incarnation) and the position that is committed.</summary>
internal sealed record KafkaAssignment(TopicPartition Partition, string TopicId, StreamId Stream, CommittedPosition Start);

/// <summary>Where assigned partitions start: positions come from the database alone, and a start that is chosen is committed at once. Thread-safe.</summary>
internal sealed class KafkaAssignments(SourceContext context, KafkaSourceOptions options, string group, KafkaTopics topics)
{
    private readonly ConcurrentDictionary<TopicPartition, KafkaAssignment> _assigned = [];

    /// <summary>The last assignment of a partition, null if there was none.</summary>
    public KafkaAssignment? Find(TopicPartition partition) => _assigned.GetValueOrDefault(partition);

    public IReadOnlyList<StreamId> Streams(IEnumerable<TopicPartition> partitions) => [.. partitions.Select(Find).OfType<KafkaAssignment>().Select(a => a.Stream)];

    public async Task<IReadOnlyList<TopicPartitionOffset>> StartAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        var found = new List<KafkaAssignment>(partitions.Count);
        var chosen = new List<CommittedPosition>();
        var asked = topics.Groups.OffsetsAsync(group, partitions, cancellationToken);
        foreach (var topic in partitions.GroupBy(p => p.Topic, StringComparer.Ordinal))
        {
            var described = await topics.DescribeAsync(topic.Key, fresh: true, cancellationToken);
            var id = described.Id;
            await MeetAddedAsync(described, cancellationToken);
            IReadOnlyDictionary<TopicPartition, long>? offsets = null;
            foreach (var partition in topic)
            {
                var stream = StreamId.ForPartition(options.Name, topic.Key, id, partition.Partition.Value);
                var committed = await context.Positions.ReadAsync(stream.Name, cancellationToken);
                if (committed is null)
                {
                    offsets ??= await topics.OffsetsAsync([.. topic], options.Start, cancellationToken);
                    committed = new CommittedPosition(stream.Name, offsets[partition]);
                    chosen.Add(committed.Value);
                }

                found.Add(new KafkaAssignment(partition, id, stream, committed.Value));
            }
        }

        if (chosen.Count > 0)
        {
            // At once: a crash before the first commit must not choose "latest" a second time and skip.
            await context.Positions.RaiseAsync(chosen, cancellationToken);
        }

        SayForeign(await asked, found, [.. chosen.Select(c => c.Stream)]);
        foreach (var assignment in found)
        {
            _assigned[assignment.Partition] = assignment;
        }

        return [.. found.Select(a => new TopicPartitionOffset(a.Partition, a.Start.Next))];
    }

    /// <summary>Somebody may have reset the group's offsets, and wait for what follows. Nor are they the node's own where it was killed before it set them.</summary>
    private void SayForeign(IReadOnlyDictionary<TopicPartition, long> offsets, IEnumerable<KafkaAssignment> assigned, HashSet<string> chosen)
    {
        var others = assigned
            .Where(a => !chosen.Contains(a.Stream.Name) && offsets.TryGetValue(a.Partition, out var offset) && offset != a.Start.Next)
            .Select(a => string.Create(CultureInfo.InvariantCulture, $"{a.Partition.Topic} [{a.Partition.Partition.Value}]: {offsets[a.Partition]} there, {a.Start.Next} here"))
            .ToArray();
        if (others.Length > 0)
        {
            Log.GroupOffsetsDiffer(context.Logging.CreateLogger($"ActorEvents.Sources.{context.Name}"), group, string.Join("; ", others));
        }
    }

    /// <summary>
    /// Partitions that were added since the topic was first read start at their first record, whatever <see cref="KafkaSourceOptions.Start"/> says: what was
    /// written there before the group heard of them is no older than the source. All of them at once, because other nodes are assigned the others.
    /// </summary>
    private async Task MeetAddedAsync(KafkaTopic topic, CancellationToken cancellationToken)
    {
        var row = $"{options.Name}/{topic.Id}/partitions";
        var known = (await context.Positions.ReadAsync(row, cancellationToken))?.Next;
        var count = topic.Partitions.Count;
        if (known >= count)
        {
            return;
        }

        var raised = new List<CommittedPosition> { new(row, count) };
        for (var partition = (int)(known ?? count); partition < count; partition++)
        {
            raised.Add(new CommittedPosition(StreamId.ForPartition(options.Name, topic.Name, topic.Id, partition).Name, 0));
        }

        await context.Positions.RaiseAsync(raised, cancellationToken);
        if (known is { } before)
        {
            Log.PartitionsAdded(context.Logging.CreateLogger($"ActorEvents.Sources.{context.Name}"), topic.Name, count, before);
        }
    }

    /// <summary>
    /// Where a partition that stays assigned is read again: at its committed position. Null: it has been assigned again meanwhile, so it is read from there anyway.
    /// </summary>
    public async Task<KafkaAssignment?> RestartAsync(KafkaAssignment assignment, CancellationToken cancellationToken)
    {
        var again = assignment with { Start = await context.Positions.ReadAsync(assignment.Stream.Name, cancellationToken) ?? assignment.Start };
        return _assigned.TryUpdate(assignment.Partition, again, assignment) ? again : null;
    }

    /// <summary>Throws where a topic is another one than was assigned: its offsets would be taken for those of the old one.</summary>
    /// <exception cref="TopicRecreatedException">A topic was re-created; names it and both ids.</exception>
    public async Task CheckTopicsAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        foreach (var topic in partitions.Select(Find).OfType<KafkaAssignment>().DistinctBy(a => (a.Partition.Topic, a.TopicId)))
        {
            var id = (await topics.DescribeAsync(topic.Partition.Topic, fresh: true, cancellationToken)).Id;
            if (!string.Equals(id, topic.TopicId, StringComparison.Ordinal))
            {
                throw new TopicRecreatedException(
                    $"topic {topic.Partition.Topic} was re-created (it was {topic.TopicId}, it is {id}); its partitions are read as new streams.");
            }
        }
    }
}

/// <summary>A topic is not the one that was assigned.</summary>
internal sealed class TopicRecreatedException(string message) : Exception(message);
