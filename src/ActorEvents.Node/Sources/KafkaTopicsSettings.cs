using System.ComponentModel.DataAnnotations;
using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Sources;
using ActorEvents.Sources;

namespace ActorEvents.Node.Sources;

/// <summary>Kind <c>kafka</c>: topics of the broker of section <c>kafka</c>, read in a consumer group of their own.</summary>
public sealed class KafkaTopicsSettings : SourceSettings
{
    /// <summary>The topics; at least one.</summary>
    [MinLength(1, ErrorMessage = "it must name a topic.")]
    public IReadOnlyList<string> Topics { get; set; } = [];

    /// <summary>CloudEvents type of plain records; empty: the topic's name.</summary>
    public string Type { get; set; } = "";

    /// <summary>CloudEvents source of plain records; empty: <c>/topics/TOPIC</c>.</summary>
    public string Source { get; set; } = "";

    /// <summary>Content type of plain records that do not say it; empty: none. Default JSON.</summary>
    public string ContentType { get; set; } = "application/json";

    /// <summary>How record keys are read. Default utf8.</summary>
    public KeyFormat KeyFormat { get; set; } = KeyFormat.Utf8;

    /// <summary>Where a partition starts that was never read. Default earliest.</summary>
    public KafkaStart Start { get; set; } = KafkaStart.Earliest;

    /// <summary>Consumer group; empty: <c>kafka.group-id</c> and the name of this source.</summary>
    public string GroupId { get; set; } = "";

    internal override IReadOnlyList<string> ReadTopics => Topics;

    internal override Func<KafkaTopics, IEventSource> Prepare(string name, SourceDefaults node)
    {
        if (Topics.CountBy(t => t, StringComparer.Ordinal).FirstOrDefault(t => t.Value > 1) is { Key: { } twice })
        {
            throw new ArgumentException($"topics = '{string.Join(",", Topics)}' name '{twice}' twice; name each topic once.");
        }

        var options = new KafkaSourceOptions
        {
            Name = name,
            Start = Start,
            GroupId = Given(GroupId) ?? $"{node.Kafka.GroupId}-{name}",
            InstanceId = node.MemberId is { } member ? $"{member}-{name}" : null,
            Topics = Topics.ToDictionary(
                t => t,
                t => new RecordMapping(Given(Type) ?? t, Given(Source) ?? "/topics/" + t, Given(ContentType), KeyFormat, node.MaxEventBytes),
                StringComparer.Ordinal),
        };
        return topics => new KafkaEventSource(options, node.Kafka, topics);
    }
}
