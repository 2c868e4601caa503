using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Consumers;
using ActorEvents.Kafka.Telemetry;
using ActorEvents.Retries;
using ActorEvents.Sources;
using Akka.Actor;
using Akka.Streams.Dsl;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Sources;

/// <summary>The source actor of a Kafka source: one partitioned consumer stream, one lane per assigned partition. Fails when the stream fails.</summary>
internal sealed class KafkaSourceActor : SourceActor
{
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(10);

    private readonly KafkaSourceOptions _options;
    private readonly KafkaClientOptions _client;
    private readonly KafkaTopics _topics;
    private readonly KafkaAssignments _assignments;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Dictionary<StreamId, TopicPartition> _partitions = [];
    private readonly string _group;
    private readonly Action<string?> _report;
    private readonly RepeatedErrors _strangers;
    private readonly PartitionMemory _memory;
    private IConsumerControl? _consumer;

    /// <param name="report">Told what holds partitions of the source and should not; null: nothing.</param>
    public KafkaSourceActor(SourceContext context, KafkaSourceOptions options, KafkaClientOptions client, KafkaTopics topics, Action<string?> report)
        : base(context)
    {
        _options = options;
        _client = client;
        _topics = topics;
        _report = report;
        _group = options.GroupId ?? client.GroupId;
        _strangers = new RepeatedErrors(context.Time);
        _memory = new PartitionMemory(context.Flow, client, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        _assignments = new KafkaAssignments(context, options, _group, topics);
        Receive<TopicsThere>(_ => Read());
        Receive<PartitionStream>(Open);
        Receive<ReadAgain>(m => OnReadAgain(m.Assignment));
        Receive<CheckTopics>(_ => CheckTopicsAsync().PipeTo(Self));
        Receive<TopicsChecked>(OnChecked);
        Receive<ReadingEnded>(_ => { });
        Receive<ReadingFailed>(m => throw new SourceStreamException(new StreamId(context.Name, context.Name), m.Cause));
    }

    protected override void PreStart()
    {
        base.PreStart();

        // Makes what is not there: a subscription to nothing would hear of the topic only with a later refresh of the metadata.
        // Waits for the broker as long as it takes.
        EnsureTopicsAsync(_stopped.Token).PipeTo(Self, failure: e => new ReadingFailed(e));
    }

    protected override void PostStop()
    {
        _stopped.Cancel();
        _stopped.Dispose();
        _report(null);

        // The next incarnation is the same member of the group: this one must be gone first. Only at a stop, and bounded.
        if (_consumer?.ShutdownAsync(drain: false) is { } closed && !Closed(closed))
        {
            Log.CloseTimedOut(Logger, Source.Name, s_stopTimeout.TotalSeconds);
        }

        base.PostStop();
    }

    protected override Task StopReadingAsync()
    {
        _consumer?.StopReading();
        return Task.CompletedTask;
    }

    protected override void OnCommitted(StreamId stream, long next)
    {
        if (_partitions.TryGetValue(stream, out var partition))
        {
            _consumer?.CommitForTools(partition, next);
        }
    }

    /// <summary>The partition stays assigned: the consumer goes back to the committed position, and hands the partition out once more.</summary>
    protected override void ReopenLane(StreamId stream)
    {
        if (_partitions.TryGetValue(stream, out var partition) && _assignments.Find(partition) is { } assignment && assignment.Stream == stream)
        {
            _assignments.RestartAsync(assignment, _stopped.Token).PipeTo(Self, success: a => new ReadAgain(a), failure: e => new ReadingFailed(e));
        }
    }

    private void OnReadAgain(KafkaAssignment? assignment)
    {
        if (assignment is not null && !Draining)
        {
            _consumer?.Reread(assignment.Partition, assignment.Start.Next);
        }
    }

    private void Read()
    {
        if (Draining)
        {
            return;
        }

        var (self, source, drain) = (Self, Source.Name, Source.Flow.DrainTimeout);
        var callbacks = new ConsumerCallbacks
        {
            GetOffsetsOnAssign = (partitions, stop) =>
            {
                Changed(partitions.Count);
                return _assignments.StartAsync(partitions, stop);
            },
            OnRevoke = (partitions, time) =>
            {
                Changed(-partitions.Count);
                return self.Ask<LanesDrained>(new DrainLanes(_assignments.Streams(partitions), drain), time);
            },
            OnLost = partitions =>
            {
                Changed(-partitions.Count);
                self.Tell(new CloseLanes(_assignments.Streams(partitions)));
            },
            OnBrokersBack = _assignments.CheckTopicsAsync,
        };
        var (consumer, done) = KafkaConsumer
            .PlainPartitionedManualOffsetSource(KafkaSourceSettings.Of(_options, _client, drain), [.. _options.Topics.Keys], callbacks, Logger, Source.Time)
            .ToMaterialized(Sink.ForEach<PartitionStream>(self.Tell), Keep.Both)
            .Run(Source.Materializer);
        _consumer = consumer;
        Timers.StartSingleTimer(CheckTopics.Instance, CheckTopics.Instance, _options.TopicCheckInterval);
        done.PipeTo(self, success: () => ReadingEnded.Instance, failure: e => new ReadingFailed((e as AggregateException)?.InnerException ?? e));
    }

    private void Changed(int partitions)
    {
        if (_memory.Change(partitions) is { } problem)
        {
            Log.PartitionsTakeMemory(Logger, Source.Name, problem);
        }
    }

    private void Open(PartitionStream assigned)
    {
        // A stream that starts elsewhere: of an earlier assignment, or what the consumer offers when a lane that is to be read again lets go of the old one.
        if (Draining || _assignments.Find(assigned.Partition) is not { } assignment || assigned.Start != assignment.Start.Next)
        {
            return;
        }

        _partitions[assignment.Stream] = assignment.Partition;
        var records = new LaneRecords(new RecordDecoder(_options.Topics[assignment.Partition.Topic], assignment.Stream));
        OpenLane(assignment.Stream, assignment.Start, assigned.Records.Select(records.Decode));
    }

    private async Task<TopicsThere> EnsureTopicsAsync(CancellationToken cancellationToken)
    {
        foreach (var topic in _options.Topics.Keys)
        {
            await _topics.DescribeAsync(topic, fresh: false, cancellationToken);
        }

        return TopicsThere.Instance;
    }

    /// <summary>A topic that is deleted and re-created while the connections stand gives no other sign.</summary>
    private async Task<TopicsChecked> CheckTopicsAsync()
    {
        try
        {
            await _assignments.CheckTopicsAsync([.. _partitions.Values], _stopped.Token);
            var members = await _topics.Groups.MembersAsync(_group, _stopped.Token);
            return new TopicsChecked(null, members);
        }
        catch (TopicRecreatedException e)
        {
            return new TopicsChecked(e);
        }
        catch (Exception)
        {
            // No answer: it is asked again, and why there is none is said elsewhere.
            return new TopicsChecked(null);
        }
    }

    private void Report(IReadOnlyList<GroupMember> members)
    {
        var problem = GroupStrangers.Problem(members, _group, KafkaSourceSettings.ClientId(_options, _client), [.. _options.Topics.Keys]);
        _report(problem);
        if (problem is not null && _strangers.IsWorthSaying(""))
        {
            Log.StrangerInGroup(Logger, $"Source '{Source.Name}': {problem}");
        }
    }

    private void OnChecked(TopicsChecked answer)
    {
        if (answer.Recreated is { } recreated)
        {
            throw new SourceStreamException(new StreamId(Source.Name, Source.Name), recreated);
        }

        if (answer.Members is { } members)
        {
            Report(members);
        }

        if (!Draining)
        {
            Timers.StartSingleTimer(CheckTopics.Instance, CheckTopics.Instance, _options.TopicCheckInterval);
        }
    }

    private static bool Closed(Task closed)
    {
        try
        {
            return closed.Wait(s_stopTimeout);
        }
        catch (AggregateException)
        {
            // Closed, too: with the failure that this actor has failed with.
            return true;
        }
    }

    private sealed record ReadAgain(KafkaAssignment? Assignment);

    private sealed record ReadingFailed(Exception Cause);

    private sealed record TopicsChecked(TopicRecreatedException? Recreated, IReadOnlyList<GroupMember>? Members = null);

    private sealed record CheckTopics
    {
        public static CheckTopics Instance { get; } = new();
    }

    private sealed record TopicsThere
    {
        public static TopicsThere Instance { get; } = new();
    }

    private sealed record ReadingEnded
    {
        public static ReadingEnded Instance { get; } = new();
    }
}
