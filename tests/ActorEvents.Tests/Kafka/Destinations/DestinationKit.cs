using System.Globalization;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Destinations;
using ActorEvents.Relay;
using ActorEvents.Tests.Sources;
using Confluent.Kafka;

namespace ActorEvents.Tests.Kafka.Destinations;

/// <summary>A destination, its log, and what lies in a topic.</summary>
internal sealed class DestinationKit : IAsyncDisposable
{
    public const int MaxEventBytes = 100_000;

    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly string _bootstrap;

    /// <param name="client">Settings of librdkafka by their names.</param>
    public DestinationKit(string bootstrap, params (string Name, string Value)[] client)
    {
        _bootstrap = bootstrap;
        var options = new KafkaClientOptions { BootstrapServers = bootstrap, Client = client.ToDictionary(c => c.Name, c => c.Value) };
        Topics = new KafkaTopics(options, TimeProvider.System, Log);
        Destination = new KafkaDestination(options, Topics, MaxEventBytes, TimeProvider.System, Log);
    }

    public SourceKit.RecordedLog Log { get; } = new();

    public KafkaTopics Topics { get; }

    public KafkaDestination Destination { get; }

    /// <summary>An event whose type tells its number.</summary>
    public static RelayRecord Record(string topic, int number, int bytes = 100, string key = "key") => new(topic, new EventEnvelope
    {
        Id = $"{key}/{number}/0",
        Source = "/actor-events/test",
        Type = number.ToString(CultureInfo.InvariantCulture),
        DataContentType = "application/octet-stream",
        Key = key,
        Origin = new EventOrigin("test", (long)number << 16),
        Data = new byte[bytes],
    });

    public static RelayRecord[] Records(string topic, int first, int count) => [.. Enumerable.Range(first, count).Select(i => Record(topic, i))];

    public Task<IReadOnlyList<RelayRefusal>> PublishAsync(params RelayRecord[] records) =>
        Destination.PublishAsync(records).WaitAsync(Deadline, TimeProvider.System);

    public Task<string> IdAsync(string topic) => Destination.TopicIdAsync(topic, CancellationToken.None).WaitAsync(Deadline, TimeProvider.System);

    public IReadOnlyList<int> Read(string topic) => Read(_bootstrap, topic);

    /// <summary>The numbers of all that is committed in the topic's only partition, in its order.</summary>
    public static IReadOnlyList<int> Read(string bootstrap, string topic)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig(ClientConfigs.Consumer(bootstrap, "reader")) { EnablePartitionEof = true })
            .SetLogHandler((_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, 0));
        List<int> read = [];
        while (true)
        {
            var result = consumer.Consume(Deadline);
            Assert.NotNull(result);
            if (result.IsPartitionEOF)
            {
                return read;
            }

            read.Add(int.Parse(Encoding.UTF8.GetString(result.Message.Headers.GetLastBytes("ce_type")), CultureInfo.InvariantCulture));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Destination.DisposeAsync();
        Topics.Dispose();
    }
}
