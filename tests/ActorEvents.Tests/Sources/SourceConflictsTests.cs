using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Sources;
using ActorEvents.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Sources;

public sealed class SourceConflictsTests
{
    /// <summary>A line counted twice: 9,999 lines made 19,998, and nothing said so.</summary>
    [Theory]
    [InlineData("orders", "lines", "kafka:9092", true)]
    [InlineData("orders", "orders", "elsewhere:9092", true)]
    [InlineData("orders", "other", "elsewhere:9092", false)]
    public void Two_sources_over_one_topic_are_refused_whatever_their_groups(string first, string second, string servers, bool refused)
    {
        using var one = new KafkaTopics(new KafkaClientOptions { BootstrapServers = "kafka:9092" }, TimeProvider.System, NullLogger.Instance);
        var problem = SourceConflicts.Problem([Source(first, "kafka:9092", one, "a", "lines"), Source(second, servers, one, "lines", "b")]);

        Assert.Equal(refused, problem is not null);
        if (refused && first != second)
        {
            Assert.Contains($"'{first}' and '{second}'", problem, StringComparison.Ordinal);
            Assert.Contains("topic 'lines'", problem, StringComparison.Ordinal);
        }
    }

    private static KafkaEventSource Source(string name, string servers, KafkaTopics topics, params string[] read) => new(
        new KafkaSourceOptions { Name = name, GroupId = "group-of-" + name, Topics = read.ToDictionary(t => t, t => RecordMapping.ForTopic(t)) },
        new KafkaClientOptions { BootstrapServers = servers },
        topics);
}
