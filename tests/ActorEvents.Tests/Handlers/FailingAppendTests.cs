using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Journal;
using ActorEvents.Journal.Writing;
using ActorEvents.Tests.Kafka;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Handlers;

/// <summary>Append, apply, answer, signal: none of the later ones without the earlier. After a failure only the journal knows what is true.</summary>
public sealed class FailingAppendTests() : TestKit("akka.loglevel = OFF")
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly EntityKey Key = new("k");
    private readonly Journal _journal = new();
    private readonly Signal _signal = new();
    private int _decided;

    public enum Append
    {
        Succeeds,
        Fails,
        FailsOnceItIsWritten,
        Waits,
    }

    [Theory]
    [InlineData(Append.Fails, 0)]
    [InlineData(Append.FailsOnceItIsWritten, 1)]
    public void No_answer_and_no_signal_leave_the_entity_it_stops_and_the_next_one_reads_what_is_true(Append append, int written)
    {
        _journal.Next = append;
        var failing = Start();
        Deliver(failing, Emitter.Stream, 1, 2);
        Deliver(failing, Emitter.OtherStream, 1);

        Assert.DoesNotContain(AnswersUntilTheEnd(failing), a => a is Done);
        Assert.Equal((2, 0), (_decided, _signal.Count));

        var next = Start();
        Deliver(next, Emitter.Stream, 1, 2);
        Done(Emitter.Stream, 2);
        Deliver(next, Emitter.Stream, 1, 2, 3);
        Done(Emitter.Stream, 3);
        Assert.Equal(written == 1 ? 3 : 5, _decided);
        Deliver(next, Emitter.OtherStream, 1);
        Done(Emitter.OtherStream, 1);
        AwaitAssert(() => Assert.Equal(3 - written, _signal.Count));
    }

    [Fact]
    public async Task One_that_is_told_to_stop_in_mid_append_finishes_it_hands_back_the_rest_and_stops()
    {
        _journal.Next = Append.Waits;
        var entity = Start();
        Deliver(entity, Emitter.Stream, 1);
        await Poll.UntilAsync(() => _journal.IsWaiting);
        Deliver(entity, Emitter.OtherStream, 5);
        entity.Tell(StopWhenDrained.Instance);
        entity.Tell(new Identify(null), TestActor);
        Assert.Equal(entity, ExpectMsg<ActorIdentity>(Patience).Subject);

        _journal.GoOn();

        Assert.Equal(
            [new Done(Key, Emitter.Stream.Name, 1), new Resend(Key, Emitter.OtherStream.Name)],
            AnswersUntilTheEnd(entity));
        Assert.Equal(1, _decided);
    }

    private IActorRef Start()
    {
        var handler = Emitter.Handler(_ =>
        {
            _decided++;
            return Emitter.Emit(1);
        });
        var context = new EntityContext(handler, _journal, _signal, TimeProvider.System, NullLogger.Instance, new BlockedKeys());
        var entity = Watch(Sys.ActorOf(EntityRegion.Props(context, "=k")));

        // Answered once it is recovered: what comes before would be one append.
        entity.Tell(new GetEntityStatus(Key), TestActor);
        ExpectMsg<EntityStatus>(Patience);
        return entity;
    }

    private void Deliver(IActorRef entity, StreamId stream, params ReadOnlySpan<long> numbers) => entity.Tell(Emitter.Deliver(stream, numbers), TestActor);

    private void Done(StreamId stream, long upTo) => Assert.Equal(new Done(Key, stream.Name, upTo), ExpectMsg<Done>(Patience));

    private List<object> AnswersUntilTheEnd(IActorRef entity)
    {
        var answers = new List<object>();
        while (ReceiveOne(Patience) is { } message)
        {
            if (message is Terminated gone && gone.ActorRef.Equals(entity))
            {
                return answers;
            }

            answers.Add(message);
        }

        throw new TimeoutException($"the entity has not stopped; it said {string.Join(", ", answers)}");
    }

    /// <summary>What the next append meets; those behind it succeed.</summary>
    private sealed class Journal : TestJournal
    {
        private readonly Lock _lock = new();
        private Append _next;
        private volatile RowFact? _waiting;

        public Append Next
        {
            set
            {
                lock (_lock)
                {
                    _next = value;
                }
            }
        }

        public bool IsWaiting => _waiting is not null;

        public void GoOn() => base.Write(_waiting!);

        public override void Write(Fact fact)
        {
            Append append;
            lock (_lock)
            {
                (append, _next) = (_next, Append.Succeeds);
            }

            switch (append)
            {
                case Append.Fails:
                    fact.Failed(new IOException("on purpose"));
                    break;
                case Append.FailsOnceItIsWritten:
                    Store((RowFact)fact);
                    fact.Failed(new IOException("on purpose, and too late"));
                    break;
                case Append.Waits:
                    _waiting = (RowFact)fact;
                    break;
                default:
                    base.Write(fact);
                    break;
            }
        }
    }

    private sealed class Signal : IJournalSignal
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Appended() => Interlocked.Increment(ref _count);
    }
}
