using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using Akka.Streams.Stage;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Consumers;

/// <summary>Emits a stream for each partition that is assigned. Buffered: assignments that nobody took (bounded by the partitions of the topics). It owns the poll thread.</summary>
internal sealed class PartitionedStage(KafkaConsumerSettings settings, IReadOnlyList<string> topics, ConsumerCallbacks callbacks, ILogger log, TimeProvider time)
    : GraphStageWithMaterializedValue<SourceShape<PartitionStream>, IConsumerControl>
{
    private readonly Outlet<PartitionStream> _out = new("KafkaPartitions.out");

    public override SourceShape<PartitionStream> Shape => new(_out);

    public override ILogicAndMaterializedValue<IConsumerControl> CreateLogicAndMaterializedValue(Attributes inheritedAttributes)
    {
        var loop = new ConsumerLoop(settings, topics, callbacks, log, time);
        return new LogicAndMaterializedValue<IConsumerControl>(new Logic(this, loop), loop);
    }

    private sealed class Logic : OutGraphStageLogic
    {
        private readonly PartitionedStage _stage;
        private readonly ConsumerLoop _loop;
        private readonly Queue<PartitionBuffer> _waiting = new();

        public Logic(PartitionedStage stage, ConsumerLoop loop)
            : base(stage.Shape)
        {
            _stage = stage;
            _loop = loop;
            SetHandler(stage._out, this);
        }

        public override void PreStart()
        {
            var assigned = GetAsyncCallback<PartitionBuffer>(buffer =>
            {
                _waiting.Enqueue(buffer);
                Deliver();
            });
            var ended = GetAsyncCallback<Exception?>(failure =>
            {
                if (failure is null)
                {
                    CompleteStage();
                }
                else
                {
                    FailStage(failure);
                }
            });
            _loop.Start(assigned);
            _ = _loop.Completion.ContinueWith(t => ended(t.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        public override void OnPull() => Deliver();

        // Nobody listens any more, or the stream was torn down: leave the group, and wait for nothing.
        public override void PostStop() => _ = _loop.ShutdownAsync(drain: false);

        private void Deliver()
        {
            if (!IsAvailable(_stage._out))
            {
                return;
            }

            // An assignment that is over before anybody took it is of no use to anybody.
            while (_waiting.TryDequeue(out var buffer))
            {
                if (!buffer.IsClosed)
                {
                    Push(_stage._out, new PartitionStream(buffer.Partition, buffer.Start, Source.FromGraph(new PartitionStage(buffer))));
                    return;
                }
            }
        }
    }
}

/// <summary>The records of one partition from its assignment until it is revoked, or read again (then the source completes).</summary>
/// <param name="Start">The offset from which on it reads; below 0 where the callback gave a logical one.</param>
/// <param name="Records">To be run once. Batches are ascending; offsets may have holes.</param>
internal sealed record PartitionStream(TopicPartition Partition, long Start, Source<KafkaRecordBatch, NotUsed> Records);
