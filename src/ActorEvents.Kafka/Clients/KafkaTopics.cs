using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Clients;

/// <summary>
/// Asks the broker about topics: their incarnation ids, their partitions, where they end. Makes a topic that is not there, if the broker lets us.
/// Every question waits until a broker is reached; no thread waits.
/// </summary>
public sealed class KafkaTopics : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_attempt = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_keep = TimeSpan.FromSeconds(2);
    private readonly KafkaClientOptions _options;
    private readonly TimeProvider _time;
    private readonly IAdminClient _admin;
    private readonly BrokerWatch _watch;
    private readonly Lock _lock = new();
    private readonly Lock _endsLock = new();
    private readonly ConcurrentDictionary<string, (KafkaTopic Topic, long At)> _known = new(StringComparer.Ordinal);
    private volatile bool _disposed;
    private IConsumer<Ignore, Ignore>? _ends;

    /// <param name="log">Where it is said that no broker is reached, and that one is again.</param>
    public KafkaTopics(KafkaClientOptions options, TimeProvider time, ILogger log)
    {
        _options = options;
        _time = time;
        _admin = new AdminClientBuilder(options.With(new AdminClientConfig { ClientId = "actor-events-admin" }))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) => OnError(error))
            .Build();
        _watch = new BrokerWatch(
            () => Ask(a => a.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = s_attempt })), options.BootstrapServers, time, log);
    }

    internal ConsumerGroups Groups => new(question => Ask(question));

    /// <summary>Why no broker is reached, with the address and the setting to check; null while one answers.</summary>
    public string? Problem => _watch.Problem;

    /// <summary>Questions would wait: an answer is overdue.</summary>
    internal bool IsUnreachable => _watch.IsOverdue;

    /// <summary>The present incarnation of a topic; known for two seconds unless <paramref name="fresh"/>.</summary>
    /// <exception cref="KafkaException">The broker refuses, or does not answer in time.</exception>
    internal async Task<KafkaTopic> DescribeAsync(string topic, bool fresh, CancellationToken cancellationToken)
    {
        if (!fresh && _known.TryGetValue(topic, out var known) && _time.GetElapsedTime(known.At) < s_keep)
        {
            return known.Topic;
        }

        for (var attempt = 1; ; attempt++)
        {
            await _watch.AnsweredAsync(cancellationToken);
            try
            {
                var described = await Ask(a => a.DescribeTopicsAsync(
                    TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = s_timeout })).WaitAsync(cancellationToken);
                var description = described.TopicDescriptions.Single();
                if (description.Error.IsError)
                {
                    throw new KafkaException(AccessRights.Explain(description.Error, "Describe", "topic " + topic));
                }

                var found = new KafkaTopic(topic, description.TopicId.ToString(), [.. description.Partitions.Select(p => p.Partition).Order()]);
                _known[topic] = (found, _time.GetTimestamp());
                return found;
            }
            catch (Exception e) when (IsMissing(e) && attempt <= 5)
            {
                await CreateAsync(topic, cancellationToken);
                await Task.Delay(TimeSpan.FromMilliseconds(100 * attempt), _time, cancellationToken);
            }
            catch (DescribeTopicsException e) when (!IsMissing(e) || attempt > 5)
            {
                var error = e.Results.TopicDescriptions.FirstOrDefault(t => t.Error.IsError)?.Error ?? e.Error;
                throw new KafkaException(AccessRights.Explain(error, "Describe", "topic " + topic), e);
            }
        }
    }

    /// <summary>The topic's <c>max.message.bytes</c>: what a batch may have at most. Null: the broker does not tell (no such right, an embedded broker, no answer in time).</summary>
    internal async Task<int?> MaxMessageBytesAsync(string topic, CancellationToken cancellationToken)
    {
        try
        {
            var told = await Ask(a => a.DescribeConfigsAsync(
                [new ConfigResource { Type = ResourceType.Topic, Name = topic }], new DescribeConfigsOptions { RequestTimeout = s_attempt })).WaitAsync(cancellationToken);
            return told.Single().Entries.TryGetValue("max.message.bytes", out var entry) && int.TryParse(entry.Value, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;
        }
        catch (Exception e) when (e is KafkaException or DescribeConfigsException)
        {
            return null;
        }
    }

    /// <summary>The first offset of each partition, or the one behind its last record that is committed, as the broker has them now.</summary>
    /// <exception cref="KafkaException">The broker refuses, or does not answer in time.</exception>
    internal async Task<IReadOnlyDictionary<TopicPartition, long>> OffsetsAsync(
        IReadOnlyList<TopicPartition> partitions, KafkaStart at, CancellationToken cancellationToken)
    {
        await _watch.AnsweredAsync(cancellationToken);

        // The query holds its thread, so it gets one of its own.
        try
        {
            return await Task.Factory.StartNew(() => Query(partitions, at), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (KafkaException e) when (AccessRights.IsMissing(e.Error.Code))
        {
            throw AccessRights.Explain(e, "Describe", "topic " + partitions[0].Topic);
        }
    }

    /// <summary>The committed offset of partition 0 in a group without members, behind transactions that are under way; null: none.</summary>
    /// <exception cref="KafkaException">The broker refuses, or does not answer in time.</exception>
    internal async Task<long?> GroupOffsetAsync(string group, string topic, CancellationToken cancellationToken)
    {
        await _watch.AnsweredAsync(cancellationToken);

        // By a consumer of the group that never joins it: the admin client has crashed there. The question holds its thread, so it gets one of its own.
        return await Task.Factory.StartNew(
            () =>
            {
                using var consumer = new ConsumerBuilder<Ignore, Ignore>(_options.With(new ConsumerConfig
                {
                    GroupId = group,
                    ClientId = "actor-events-places",
                    EnableAutoCommit = false,
                    IsolationLevel = IsolationLevel.ReadCommitted,
                }))
                    .SetLogHandler((_, _) => { })
                    .SetErrorHandler((_, _) => { })
                    .Build();
                for (var since = _time.GetTimestamp(); ;)
                {
                    try
                    {
                        return consumer.Committed([new TopicPartition(topic, 0)], s_timeout).Single().Offset is { IsSpecial: false } offset ? offset.Value : (long?)null;
                    }
                    catch (KafkaException e) when (IsMoving(e.Error.Code) && _time.GetElapsedTime(since) < s_timeout)
                    {
                        cancellationToken.WaitHandle.WaitOne(s_pause);
                        cancellationToken.ThrowIfCancellationRequested();
                    }
                }
            },
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    /// <summary>A group's broker has just become that, or is about to.</summary>
    private static bool IsMoving(ErrorCode code) =>
        code is ErrorCode.GroupLoadInProgress or ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.NotCoordinatorForGroup or ErrorCode.UnstableOffsetCommit;

    public void Dispose()
    {
        _watch.Dispose();

        // The clients do not guard themselves: what is asked of them after their end goes to memory that is no longer theirs.
        lock (_lock)
        {
            _disposed = true;
            _admin.Dispose();
        }

        lock (_endsLock)
        {
            _ends?.Dispose();
        }
    }

    private TTask Ask<TTask>(Func<IAdminClient, TTask> question)
        where TTask : Task
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return question(_admin);
        }
    }

    private Dictionary<TopicPartition, long> Query(IReadOnlyList<TopicPartition> partitions, KafkaStart at)
    {
        var offsets = new Dictionary<TopicPartition, long>();
        foreach (var partition in partitions)
        {
            lock (_endsLock)
            {
                var ends = Ends(partition);
                offsets[partition] = (at == KafkaStart.Earliest ? ends.Low : ends.High).Value;
            }
        }

        return offsets;
    }

    private WatermarkOffsets Ends(TopicPartition partition)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var isNew = _ends is null;
        _ends ??= NewEndsClient();
        try
        {
            return _ends.QueryWatermarkOffsets(partition, s_timeout);
        }
        catch (KafkaException e) when (!isNew && e.Error.Code is (ErrorCode.Local_UnknownPartition or ErrorCode.Local_UnknownTopic))
        {
            // It goes on for up to 30 s (topic.metadata.propagation.max.ms) by what it knew before the topic was re-created or got more partitions.
            _ends.Dispose();
            _ends = NewEndsClient();
            return _ends.QueryWatermarkOffsets(partition, s_timeout);
        }
    }

    private IConsumer<Ignore, Ignore> NewEndsClient() =>
        new ConsumerBuilder<Ignore, Ignore>(_options.With(new ConsumerConfig { GroupId = _options.GroupId + "-ends", ClientId = "actor-events-ends", EnableAutoCommit = false }))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();

    private static bool IsMissing(Exception exception)
    {
        var error = exception switch
        {
            DescribeTopicsException e => e.Results.TopicDescriptions.FirstOrDefault(t => t.Error.IsError)?.Error,
            KafkaException e => e.Error,
            _ => null,
        };
        return error?.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic;
    }

    private void OnError(Error error)
    {
        if (error.Code == ErrorCode.Local_AllBrokersDown)
        {
            _watch.Suspect();
        }
        else
        {
            _watch.Heard(error.Reason);
        }
    }

    private async Task CreateAsync(string topic, CancellationToken cancellationToken)
    {
        try
        {
            await Ask(a => a.CreateTopicsAsync(
                [new TopicSpecification { Name = topic, NumPartitions = _options.Partitions, ReplicationFactor = _options.ReplicationFactor }],
                new CreateTopicsOptions { RequestTimeout = s_timeout, OperationTimeout = s_timeout })).WaitAsync(cancellationToken);
        }
        catch (CreateTopicsException e) when (e.Results.All(r => r.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // Another node was faster.
        }
        catch (Exception e) when (e is CreateTopicsException or KafkaException)
        {
            var error = (e as CreateTopicsException)?.Results.FirstOrDefault(r => r.Error.IsError)?.Error ?? ((KafkaException)e).Error;
            if (error.Code != ErrorCode.Local_UnsupportedFeature)
            {
                throw new KafkaException(AccessRights.Explain(error, "Create", "topic " + topic), e);
            }

            // The embedded broker knows no topic administration; a producer's look-up makes the topic there. It holds its thread, so it gets one of its own.
            await Task.Factory.StartNew(() => MakeByLookUp(topic), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    private void MakeByLookUp(string topic)
    {
        using var producer = new ProducerBuilder<Null, Null>(_options.With(new ProducerConfig { ClientId = "actor-events-create" }))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
        using var dependent = new DependentAdminClientBuilder(producer.Handle).Build();
        dependent.GetMetadata(topic, s_timeout);
    }
}

/// <summary>A topic as it is now.</summary>
/// <param name="Id">Of this incarnation: a re-created topic has another.</param>
internal sealed record KafkaTopic(string Name, string Id, IReadOnlyList<int> Partitions);
