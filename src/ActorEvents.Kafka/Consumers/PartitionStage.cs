using Akka.Streams;
using Akka.Streams.Stage;

namespace ActorEvents.Kafka.Consumers;

/// <summary>The stream of one partition for one assignment. In flight 0, buffered: its <see cref="PartitionBuffer"/>, capacity: the buffer's.</summary>
internal sealed class PartitionStage(PartitionBuffer buffer) : GraphStage<SourceShape<KafkaRecordBatch>>
{
    private readonly Outlet<KafkaRecordBatch> _out = new("KafkaPartition.out");

    public override SourceShape<KafkaRecordBatch> Shape => new(_out);

    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(this, buffer);

    private sealed class Logic : OutGraphStageLogic
    {
        private readonly PartitionStage _stage;
        private readonly PartitionBuffer _buffer;

        public Logic(PartitionStage stage, PartitionBuffer buffer)
            : base(stage.Shape)
        {
            _stage = stage;
            _buffer = buffer;
            SetHandler(stage._out, this);
        }

        public override void PreStart()
        {
            _buffer.OnAvailable(GetAsyncCallback(Deliver));

            // Closed before anybody listened: nothing else would end this stage while there is no demand.
            if (_buffer.IsClosed)
            {
                Deliver();
            }
        }

        public override void OnPull() => Deliver();

        public override void OnDownstreamFinish(Exception cause)
        {
            _buffer.Cancel();
            base.OnDownstreamFinish(cause);
        }

        public override void PostStop() => _buffer.Cancel();

        private void Deliver()
        {
            if (_buffer.IsOver(out var failure))
            {
                if (failure is null)
                {
                    CompleteStage();
                }
                else
                {
                    FailStage(failure);
                }

                return;
            }

            if (IsAvailable(_stage._out) && _buffer.TryTake() is { } batch)
            {
                Push(_stage._out, batch);
            }
        }
    }
}
