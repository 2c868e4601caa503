using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace ActorEvents.Kafka.Clients;

/// <summary>Asks the broker about topics: their incarnation ids, their partitions, where they end. Makes a topic that is not there, if the broker lets us.</summary>
public sealed class KafkaTopics : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private readonly KafkaClientOptions _options;
    private readonly TimeProvider _time;
    private readonly IAdminClient _admin;
    private readonly Lazy<IConsumer<Ignore, Ignore>> _watermarks;
    private readonly ConcurrentDictionary<string, (string Id, long At)> _ids = new(StringComparer.Ordinal);
    private readonly TimeSpan _keep = TimeSpan.FromSeconds(2);

    public KafkaTopics(KafkaClientOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _admin = new AdminClientBuilder(options.With(new AdminClientConfig { ClientId = "actor-events-admin" })).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        _watermarks = new(() => new ConsumerBuilder<Ignore, Ignore>(options.With(new ConsumerConfig { GroupId = options.GroupId + "-watermarks", ClientId = "actor-events-watermarks", EnableAutoCommit = false }))
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build());
    }

    /// <summary>The present incarnation id of a topic; known for two seconds unless <paramref name="fresh"/>.</summary>
    /// <exception cref="KafkaException">The broker does not answer, or refuses.</exception>
    public async Task<string> IdAsync(string topic, bool fresh, CancellationToken cancellationToken)
    {
        if (!fresh && _ids.TryGetValue(topic, out var known) && _time.GetElapsedTime(known.At) < _keep)
        {
            return known.Id;
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var described = await _admin.DescribeTopicsAsync(
                    TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = Timeout }).WaitAsync(cancellationToken);
                var description = described.TopicDescriptions.Single();
                if (description.Error.IsError)
                {
                    throw new KafkaException(description.Error);
                }

                var id = description.TopicId.ToString();
                _ids[topic] = (id, _time.GetTimestamp());
                return id;
            }
            catch (Exception e) when (IsMissing(e, out _) && attempt <= 5)
            {
                await CreateAsync(topic, cancellationToken);
                await Task.Delay(TimeSpan.FromMilliseconds(100 * attempt), _time, cancellationToken);
            }
            catch (DescribeTopicsException e) when (!IsMissing(e, out _) || attempt > 5)
            {
                throw new KafkaException(e.Results.TopicDescriptions.FirstOrDefault(t => t.Error.IsError)?.Error ?? e.Error, e);
            }
        }
    }

    /// <summary>Partition numbers of a topic.</summary>
    public IReadOnlyList<int> Partitions(string topic) =>
        [.. _admin.GetMetadata(topic, Timeout).Topics.Single(t => t.Topic == topic).Partitions.Select(p => p.PartitionId).Order()];

    /// <summary>First and next offset of a partition, asked of the broker. Blocks up to 10 s.</summary>
    public WatermarkOffsets Watermarks(TopicPartition partition) => _watermarks.Value.QueryWatermarkOffsets(partition, Timeout);

    public void Dispose()
    {
        _admin.Dispose();
        if (_watermarks.IsValueCreated)
        {
            _watermarks.Value.Dispose();
        }
    }

    private static bool IsMissing(Exception exception, out Error? error)
    {
        error = exception switch
        {
            DescribeTopicsException e => e.Results.TopicDescriptions.FirstOrDefault(t => t.Error.IsError)?.Error,
            KafkaException e => e.Error,
            _ => null,
        };
        return error?.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic;
    }

    private async Task CreateAsync(string topic, CancellationToken cancellationToken)
    {
        try
        {
            await _admin.CreateTopicsAsync(
                [new TopicSpecification { Name = topic, NumPartitions = _options.Partitions, ReplicationFactor = _options.ReplicationFactor }],
                new CreateTopicsOptions { RequestTimeout = Timeout, OperationTimeout = Timeout }).WaitAsync(cancellationToken);
        }
        catch (CreateTopicsException e) when (e.Results.All(r => r.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // Another node was faster.
        }
        catch (Exception e) when (e is CreateTopicsException or KafkaException)
        {
            var code = (e as CreateTopicsException)?.Results.FirstOrDefault(r => r.Error.IsError)?.Error.Code ?? ((KafkaException)e).Error.Code;
            if (code != ErrorCode.Local_UnsupportedFeature)
            {
                throw;
            }

            // The embedded broker knows no topic administration; a producer's look-up makes the topic there.
            using var producer = new ProducerBuilder<Null, Null>(_options.With(new ProducerConfig { ClientId = "actor-events-create" })).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
            using var dependent = new DependentAdminClientBuilder(producer.Handle).Build();
            dependent.GetMetadata(topic, Timeout);
        }
    }
}
