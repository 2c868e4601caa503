using Akka.Actor;
using ActorEvents.Events;
using ActorEvents.Journal;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Telemetry;
using ActorEvents.Sources;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Sources;

/// <summary>The source actor of a Kafka source: one consumer on its poll thread, one lane per assigned partition. Fails when the poller fails.</summary>
internal sealed class KafkaSourceActor : SourceActor
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);
    private readonly KafkaPoller _poller;
    private readonly Dictionary<StreamId, TopicPartition> _partitions = [];

    public KafkaSourceActor(SourceContext context, KafkaSourceOptions options, KafkaClientOptions client, KafkaTopics topics)
        : base(context)
    {
        _poller = new KafkaPoller(options, client, topics, new Assignment(Self, context, options, topics), context.Time, Logger);
        Receive<Opened>(m =>
        {
            foreach (var (buffer, start) in m.Lanes)
            {
                _partitions[buffer.Stream] = buffer.Partition;
                OpenLane(buffer.Stream, start, Akka.Streams.Dsl.Source.From(() => buffer.ReadAsync(_poller.Taken)));
            }
        });
        Receive<PollFailed>(m => throw new SourceStreamException(new StreamId(context.Name, context.Name), m.Cause));
    }

    protected override void PreStart()
    {
        base.PreStart();
        _poller.Start();
    }

    protected override void PostStop()
    {
        // The next incarnation is the same group member: this one must be gone first. Only at a stop, and bounded.
        if (!_poller.Stop(StopTimeout))
        {
            Log.ConsumerError(Logger, Source.Name, ErrorCode.Local_TimedOut, "the consumer did not close in time");
        }

        base.PostStop();
    }

    protected override void StopReading() => _poller.Quiet();

    protected override void OnCommitted(StreamId stream, long next)
    {
        if (_partitions.TryGetValue(stream, out var partition))
        {
            _poller.Committed(partition, next);
        }
    }

    private sealed record Opened(IReadOnlyList<(PartitionBuffer Buffer, CommittedPosition Start)> Lanes);

    private sealed record PollFailed(Exception Cause);

    /// <summary>The poll thread's side of assignments: it waits for the database and for lanes, bounded.</summary>
    private sealed class Assignment(IActorRef source, SourceContext context, KafkaSourceOptions options, KafkaTopics topics) : IKafkaAssignment
    {
        private static readonly TimeSpan PositionsTimeout = TimeSpan.FromSeconds(30);

        public IReadOnlyList<PartitionBuffer> Assign(IReadOnlyList<TopicPartition> partitions)
        {
            using var deadline = new CancellationTokenSource(PositionsTimeout, context.Time);
            var lanes = Task.Run(() => OpenAsync(partitions, deadline.Token)).GetAwaiter().GetResult();
            source.Tell(new Opened(lanes));
            return [.. lanes.Select(l => l.Buffer)];
        }

        public void Drain(IReadOnlyList<PartitionBuffer> buffers)
        {
            var limit = context.Flow.DrainTimeout;
            try
            {
                source.Ask<LanesDrained>(new DrainLanes([.. buffers.Select(b => b.Stream)], limit), limit + TimeSpan.FromSeconds(2)).GetAwaiter().GetResult();
            }
            catch (Exception e) when (e is AskTimeoutException or OperationCanceledException)
            {
                Log.ConsumerError(context.Logging.CreateLogger("ActorEvents.Kafka"), context.Name, ErrorCode.Local_TimedOut, "lanes did not drain in time; their events are read again elsewhere");
            }
        }

        public void Lose(IReadOnlyList<PartitionBuffer> buffers) => source.Tell(new CloseLanes([.. buffers.Select(b => b.Stream)]));

        public void Failed(Exception cause) => source.Tell(new PollFailed(cause));

        private async Task<(PartitionBuffer Buffer, CommittedPosition Start)[]> OpenAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken deadline)
        {
            var lanes = new List<(PartitionBuffer, CommittedPosition)>();
            var chosen = new List<CommittedPosition>();
            foreach (var topic in partitions.GroupBy(p => p.Topic, StringComparer.Ordinal))
            {
                var id = await topics.IdAsync(topic.Key, fresh: true, deadline);
                foreach (var partition in topic)
                {
                    var stream = StreamId.ForPartition(options.Name, topic.Key, id, partition.Partition.Value);
                    var marks = topics.Watermarks(partition);
                    var committed = await ReadAsync(stream.Name, deadline);
                    if (committed is null)
                    {
                        committed = new CommittedPosition(stream.Name, options.Start == KafkaStart.Earliest ? marks.Low.Value : marks.High.Value);
                        chosen.Add(committed.Value);
                    }

                    lanes.Add((new PartitionBuffer(partition, id, stream, new RecordDecoder(options.Topics[topic.Key], stream), committed.Value.Next), committed.Value));
                }
            }

            if (chosen.Count > 0)
            {
                // At once: a crash before the first commit must not choose "latest" anew and skip.
                await context.Positions.RaiseAsync(chosen, deadline);
            }

            return [.. lanes];
        }

        /// <summary>The truth is in the database; while that does not answer, nothing else stands in for it.</summary>
        private async Task<CommittedPosition?> ReadAsync(string stream, CancellationToken deadline)
        {
            while (true)
            {
                try
                {
                    return await context.Positions.ReadAsync(stream, deadline);
                }
                catch (Exception) when (!deadline.IsCancellationRequested)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(250), context.Time, deadline);
                }
            }
        }
    }
}
