using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Journal;
using ActorEvents.Journal.Recovery;
using ActorEvents.Journal.Writing;
using ActorEvents.Tests.Sources;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorEvents.Tests.Handlers;

public sealed class EntityActorTests() : TestKit("akka.loglevel = OFF")
{
    [Fact]
    public void What_does_not_fit_into_the_append_is_asked_for_again_at_once()
    {
        using var begin = new ManualResetEventSlim();
        var large = Emitter.Emit(40_000);
        var handler = Emitter.Handler(e =>
        {
            // Holds the entity until both lists wait for its next append.
            begin.Wait(TimeSpan.FromSeconds(20));
            return e.Position.Number == 1 ? Decision.Nothing : large;
        });
        var entity = Start(handler, new SourceKit.RecordedLog());
        entity.Tell(Emitter.Deliver(Emitter.Stream, 1), TestActor);
        entity.Tell(Emitter.Deliver(Emitter.Stream, 2), TestActor);
        entity.Tell(Emitter.Deliver(Emitter.OtherStream, 2), TestActor);
        begin.Set();

        Done(Emitter.Stream, 1);
        Done(Emitter.Stream, 2);
        Assert.Equal(new Resend(new EntityKey("k"), Emitter.OtherStream.Name), ExpectMsg<Resend>(TimeSpan.FromSeconds(20)));
        entity.Tell(Emitter.Deliver(Emitter.OtherStream, 2), TestActor);
        Done(Emitter.OtherStream, 2);
    }

    [Fact]
    public void What_a_handler_throws_is_logged_with_type_and_stack_once_a_kind_and_then_when_it_has_doubled()
    {
        var log = new SourceKit.RecordedLog();
        var entity = Start(Emitter.Handler(_ => throw new FormatException("on purpose")), log);
        for (var i = 0; i < 4; i++)
        {
            entity.Tell(Emitter.Deliver(Emitter.Stream, 1), TestActor);
        }

        AwaitAssert(() => Assert.Equal(3, log.Exceptions.Count), TimeSpan.FromSeconds(20));
        Assert.All(log.Exceptions, e => Assert.Contains(nameof(EntityActorTests), Assert.IsType<FormatException>(e).StackTrace, StringComparison.Ordinal));
        Assert.Contains(log.Lines, l => l.StartsWith("Handler 'emitter' threw at an event of type 't' ('s/id/0/1')", StringComparison.Ordinal));
    }

    [Fact]
    public void The_first_rejection_of_a_reason_is_logged_with_the_event_and_its_key()
    {
        var log = new SourceKit.RecordedLog();
        var entity = Start(Emitter.Handler(_ => Decision.Reject("too late")), log);
        entity.Tell(Emitter.Deliver(Emitter.Stream, 1, 2, 3), TestActor);
        Done(Emitter.Stream, 3);

        var lines = log.Lines.Where(l => l.Contains("rejected", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("Handler 'emitter', key 'k' rejected event 's/id/0/1' at s/id/0 1: too late.", lines[0], StringComparison.Ordinal);
    }

    /// <summary>They stood in a stash without a bound.</summary>
    [Fact]
    public void Who_asks_while_it_is_recovered_is_answered_then_up_to_a_few()
    {
        var journal = new SlowJournal();
        var entity = Sys.ActorOf(Props.Create(() => new EntityActor(
            new EntityContext(Emitter.Handler(_ => Decision.Nothing), journal, new Silent(), TimeProvider.System, new SourceKit.RecordedLog(), new BlockedKeys()), new EntityKey("k"))));
        for (var i = 0; i < 1_000; i++)
        {
            entity.Tell(new GetEntityStatus(new EntityKey("k")), TestActor);
        }

        entity.Tell(new Identify(1), TestActor);
        ExpectMsg<ActorIdentity>(TimeSpan.FromSeconds(20));
        journal.Answer();
        for (var i = 0; i < 16; i++)
        {
            ExpectMsg<EntityStatus>(TimeSpan.FromSeconds(20));
        }

        entity.Tell(new Identify(2), TestActor);
        ExpectMsg<ActorIdentity>(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Rejections_are_counted_by_handler_and_kind_of_reason()
    {
        var counted = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (i, l) => { if (i.Name == "actorevents.handler.rejected") { l.EnableMeasurementEvents(i); } } };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags[0].Value is "emitter")
            {
                counted.AddOrUpdate((string)tags[1].Value!, value, (_, old) => old + value);
            }
        });
        listener.Start();
        var log = new SourceKit.RecordedLog();
        var entity = Start(Emitter.Handler(e => Decision.Reject(e.Position.Number == 4 ? "sold out" : $"{e.Position.Number + 10} is too late")), log);
        entity.Tell(Emitter.Deliver(Emitter.Stream, 1, 2, 3, 4), TestActor);
        Done(Emitter.Stream, 4);

        Assert.Equal((3, 1), (counted["# is too late"], counted["sold out"]));
        Assert.Equal(3, log.Lines.Count(l => l.Contains("rejected", StringComparison.Ordinal)));
    }

    [Fact]
    public void Kinds_of_rejections_are_bounded()
    {
        var kinds = new RejectionKinds();
        var all = Enumerable.Range(0, 1_000).Select(i => kinds.KindOf(new string('x', i % 500))).Distinct(StringComparer.Ordinal).ToList();

        Assert.Equal(RejectionKinds.Capacity + 1, all.Count);
        Assert.Contains("other", all);
    }

    /// <summary>A no-op may have been decided on an old state; a repeat is one on any.</summary>
    [Fact]
    public void What_an_origin_repeats_is_answered_without_a_row_by_the_next_incarnation_too_and_a_no_op_has_one()
    {
        var journal = new CountingJournal();
        var handler = Emitter.Handler(e => e.Position.Number == 6 ? Decision.Nothing : Emitter.Emit(1));
        var entity = Start(handler, new SourceKit.RecordedLog(), journal);
        entity.Tell(Made((1, 1), (2, 2)), TestActor);
        Done(Emitter.Stream, 2);
        Assert.Equal(1, journal.Written);
        entity.Tell(Made((3, 1), (4, 2)), TestActor);
        Done(Emitter.Stream, 4);
        Assert.Equal(1, journal.Written);

        var next = Start(handler, new SourceKit.RecordedLog(), journal);
        next.Tell(Made((3, 1), (4, 2)), TestActor);
        Done(Emitter.Stream, 4);
        Assert.Equal(1, journal.Written);
        next.Tell(Made((3, 1), (4, 2), (5, 3)), TestActor);
        Done(Emitter.Stream, 5);
        Assert.Equal(2, journal.Written);
        next.Tell(Made((6, 4)), TestActor);
        Done(Emitter.Stream, 6);
        Assert.Equal(3, journal.Written);
    }

    /// <summary>Events by position and number of their origin.</summary>
    private static Deliver Made(params ReadOnlySpan<(long Position, long Number)> events)
    {
        var made = new EventEnvelope[events.Length];
        for (var i = 0; i < events.Length; i++)
        {
            var (position, number) = events[i];
            made[i] = new EventEnvelope { Id = $"{position}", Source = "/s", Type = "t", Key = "k", Origin = new EventOrigin("o", number), Position = new EventPosition(Emitter.Stream, position) };
        }

        return new Deliver(new EntityKey("k"), Emitter.Stream, made);
    }

    private IActorRef Start(HandlerDefinition handler, SourceKit.RecordedLog log, TestJournal? journal = null)
    {
        journal ??= new TestJournal();
        var entity = Sys.ActorOf(Props.Create(() => new EntityActor(
            new EntityContext(handler, journal, new Silent(), TimeProvider.System, log, new BlockedKeys()), new EntityKey("k"))));

        // Answered once it is recovered: what comes before would be one append.
        entity.Tell(new GetEntityStatus(new EntityKey("k")), TestActor);
        ExpectMsg<EntityStatus>(TimeSpan.FromSeconds(20));
        return entity;
    }

    private void Done(StreamId stream, long upTo) => Assert.Equal(new Done(new EntityKey("k"), stream.Name, upTo), ExpectMsg<Done>(TimeSpan.FromSeconds(20)));

    /// <summary>Answers when it is told to.</summary>
    private sealed class SlowJournal : TestJournal
    {
        private readonly BlockingCollection<RecoveryRead> _reads = [];

        public void Answer() => base.Read(_reads.Take());

        public override void Read(RecoveryRead read) => _reads.Add(read);
    }

    private sealed class CountingJournal : TestJournal
    {
        private int _written;

        public int Written => Volatile.Read(ref _written);

        public override void Write(Fact fact)
        {
            if (fact is RowFact)
            {
                Interlocked.Increment(ref _written);
            }

            base.Write(fact);
        }
    }

    private sealed class Silent : IJournalSignal
    {
        public void Appended()
        {
        }
    }
}
