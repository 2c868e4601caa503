using Akka.Streams;
using Akka.Streams.Stage;
using Akka.Streams.Supervision;
using Confluent.Kafka;
using Directive = Akka.Streams.Supervision.Directive;

namespace ActorEvents.Kafka.Producers;

/// <summary>
/// In flight: envelopes with records that are not acknowledged. Buffered: envelopes that are done and wait for those before them, or for demand. Capacity:
/// <see cref="KafkaProducerSettings.Parallelism"/>, the most that both come to; it pulls only below it, and while the client's own queue has room.
/// </summary>
internal sealed class ProducerStage<TPassThrough>(KafkaProducerSettings settings)
    : GraphStageWithMaterializedValue<FlowShape<ProducerEnvelope<TPassThrough>, ProducerResult<TPassThrough>>, Task<ProducerFlushed>>
{
    private readonly Inlet<ProducerEnvelope<TPassThrough>> _in = new("KafkaProducer.in");
    private readonly Outlet<ProducerResult<TPassThrough>> _out = new("KafkaProducer.out");

    public override FlowShape<ProducerEnvelope<TPassThrough>, ProducerResult<TPassThrough>> Shape => new(_in, _out);

    public override ILogicAndMaterializedValue<Task<ProducerFlushed>> CreateLogicAndMaterializedValue(Attributes inheritedAttributes)
    {
        var logic = new Logic(this, settings, inheritedAttributes.GetAttribute(new ActorAttributes.SupervisionStrategy(Deciders.StoppingDecider)).Decider);
        return new LogicAndMaterializedValue<Task<ProducerFlushed>>(logic, logic.Flushed);
    }

    private sealed class Logic : TimerGraphStageLogic
    {
        private static readonly TimeSpan s_queueFullPause = TimeSpan.FromMilliseconds(5);

        private readonly ProducerStage<TPassThrough> _stage;
        private readonly KafkaProducerSettings _settings;
        private readonly Decider _decider;
        private readonly Queue<Slot> _slots = new();
        private readonly Stack<Slot> _free = new();
        private readonly ProducerClient _client;
        private Slot? _stuck;
        private int _stuckAt;
        private Action _wake = () => { };
        private Exception? _failure;

        public Logic(ProducerStage<TPassThrough> stage, KafkaProducerSettings settings, Decider decider)
            : base(stage.Shape)
        {
            (_stage, _settings, _decider) = (stage, settings, decider);
            _client = new ProducerClient(settings);
            SetHandler(stage._in, onPush: OnPush, onUpstreamFinish: Emit, onUpstreamFailure: Fail);
            SetHandler(stage._out, onPull: Emit, onDownstreamFinish: _ => CompleteStage());
        }

        public Task<ProducerFlushed> Flushed => _client.Flushed;

        // ---- demand

        public override void PreStart()
        {
            _wake = GetAsyncCallback(OnReports);
            _client.Start(GetAsyncCallback<Exception>(Fail));
            PullIfRoom();
        }

        private void PullIfRoom()
        {
            if (_stuck is null && _slots.Count < _settings.Parallelism && !HasBeenPulled(_stage._in) && !IsClosed(_stage._in))
            {
                Pull(_stage._in);
            }
        }

        private void OnPush()
        {
            var envelope = Grab(_stage._in);
            var slot = _free.TryPop(out var used) ? used : new Slot(_client, _wake);
            slot.Begin(envelope);
            _slots.Enqueue(slot);
            Produce(slot, 0);
            Emit();
        }

        /// <summary>Hands the records of an envelope to the client; where its queue is full the stage stands still for a moment.</summary>
        private void Produce(Slot slot, int from)
        {
            _stuck = null;
            for (var i = from; i < slot.Envelope.Count; i++)
            {
                if (!_client.TryProduce(slot.Envelope[i], slot.Report))
                {
                    (_stuck, _stuckAt) = (slot, i);
                    ScheduleOnce(this, s_queueFullPause);
                    return;
                }
            }
        }

        protected override void OnTimer(object timerKey) => OnReports();

        // ---- results

        private void OnReports()
        {
            if (_stuck is { } stuck)
            {
                Produce(stuck, _stuckAt);
            }

            Emit();
        }

        private void Emit()
        {
            if (IsAvailable(_stage._out) && _slots.TryPeek(out var slot) && slot.IsDoneOrWakes())
            {
                if (slot.Error is { } error && (error.IsFatal || _decider(new ProduceFailedException(slot.Topic!, error)) == Directive.Stop))
                {
                    Fail(new ProduceFailedException(slot.Topic!, error));
                    return;
                }

                _slots.Dequeue();
                Push(_stage._out, slot.Result);
                _free.Push(slot);
            }

            // ---- completion
            if (IsClosed(_stage._in) && _slots.Count == 0)
            {
                CompleteStage();
            }
            else
            {
                PullIfRoom();
            }
        }

        private void Fail(Exception failure)
        {
            _failure = failure;
            FailStage(failure);
        }

        public override void PostStop() => _client.Close(_failure);
    }

    /// <summary>The place of one envelope. Reused, but only when all its reports have come.</summary>
    private sealed class Slot
    {
        private readonly ProducerClient _client;
        private readonly Action _wake;
        private int _left;
        private int _awaited;
        private Error? _error;
        private TopicPartitionOffset? _last;
        private string? _topic;

        public Slot(ProducerClient client, Action wake)
        {
            (_client, _wake) = (client, wake);
            Report = OnReport;
        }

        public ProducerEnvelope<TPassThrough> Envelope { get; private set; }

        /// <summary>Runs on the client's thread, or where a record is refused at once.</summary>
        public Action<DeliveryReport<byte[]?, byte[]?>> Report { get; }

        public Error? Error => _error;

        /// <summary>Of the record that the error is about.</summary>
        public string? Topic => _topic;

        public ProducerResult<TPassThrough> Result => new(Envelope.PassThroughValue, _error, _last);

        public void Begin(ProducerEnvelope<TPassThrough> envelope)
        {
            Envelope = envelope;
            (_error, _last, _topic, _awaited) = (null, null, null, 0);
            Volatile.Write(ref _left, envelope.Count);
        }

        /// <summary>True: all reports have come. False: the last one wakes the stage, once and not for each record.</summary>
        public bool IsDoneOrWakes()
        {
            if (Volatile.Read(ref _left) == 0)
            {
                return true;
            }

            if (Volatile.Read(ref _awaited) == 1)
            {
                return false;
            }

            // A full fence, or the second look could come before it.
            Interlocked.Exchange(ref _awaited, 1);
            return Volatile.Read(ref _left) == 0;
        }

        private void OnReport(DeliveryReport<byte[]?, byte[]?> report)
        {
            if (report.Error.IsError)
            {
                // The reports of one client come one after the other; a record that is refused at once may come between.
                if (Interlocked.CompareExchange(ref _error, report.Error, null) is null)
                {
                    _topic = report.Topic;
                }
            }
            else
            {
                _last = report.TopicPartitionOffset;
            }

            _client.Reported(report.Error.IsError);
            if (Interlocked.Decrement(ref _left) == 0 && Interlocked.Exchange(ref _awaited, 0) == 1)
            {
                _wake();
            }
        }
    }
}
