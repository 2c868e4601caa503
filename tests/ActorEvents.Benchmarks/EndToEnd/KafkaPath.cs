using ActorEvents.Benchmarks.Events;
using ActorEvents.Benchmarks.Kafka;
using ActorEvents.Benchmarks.Latency;
using ActorEvents.Events.Codecs;
using ActorEvents.Journal;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Destinations;
using ActorEvents.Kafka.Sources;
using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Benchmarks.EndToEnd;

/// <summary>A node that counts each event of a Kafka topic in its journal and says it on another topic.</summary>
internal sealed class KafkaPath : IAsyncDisposable
{
    private readonly string _bootstrap;
    private readonly List<KafkaTopics> _topics = [];

    private KafkaPath(string bootstrap, BenchNode node, CountingDestination outputs, KafkaTopics outputTopics)
    {
        (_bootstrap, Node, Outputs) = (bootstrap, node, outputs);
        _topics.Add(outputTopics);
    }

    public BenchNode Node { get; }

    public CountingDestination Outputs { get; }

    public static async Task<KafkaPath> StartAsync(string bootstrap, JournalOptions journal, string output, StageTimes? stages = null)
    {
        var client = new KafkaClientOptions { BootstrapServers = bootstrap };
        var topics = new KafkaTopics(client, TimeProvider.System, NullLogger.Instance);
        var outputs = new CountingDestination(new KafkaDestination(client, topics, RecordMapping.DefaultMaxEventBytes, TimeProvider.System, NullLogger.Instance), stages?.Relayed);
        var node = await BenchNode.StartAsync(
            journal,
            b => b.PublishTo(_ => outputs).AddHandler("bench", new Forwarder(output, stages is null ? null : stages.Decided.Add), h => h.StateEvent<Seen>("seen").SnapshotEvery(0)));
        return new KafkaPath(bootstrap, node, outputs, topics);
    }

    /// <summary>Reads a topic from its beginning on, as a group of its name.</summary>
    public IActorRef Attach(string topic)
    {
        var client = KafkaBench.Consumer(_bootstrap, topic);
        var topics = new KafkaTopics(client, TimeProvider.System, NullLogger.Instance);
        _topics.Add(topics);
        return Node.Attach(new KafkaEventSource(
            new KafkaSourceOptions
            {
                Name = topic,
                Topics = new Dictionary<string, RecordMapping>(StringComparer.Ordinal) { [topic] = new("bench.event", "/bench", "application/octet-stream") },
            },
            client,
            topics));
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        _topics.ForEach(t => t.Dispose());
    }
}
