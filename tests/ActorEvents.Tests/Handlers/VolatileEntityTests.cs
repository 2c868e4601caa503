using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Journal;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Handlers;

/// <summary>An entity of <see cref="Durability.None"/>: the rules of acceptance hold, and nothing outlives it.</summary>
public sealed class VolatileEntityTests() : TestKit("akka.loglevel = OFF\nakka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly EntityKey Key = new("k");
    private readonly BlockedKeys _blocked = new();
    private readonly List<long> _decided = [];
    private readonly HashSet<long> _failing = [];
    private TestProbe _shard = null!;
    private IActorRef _entity = ActorRefs.Nobody;

    [Fact]
    public void What_it_has_is_answered_for_and_not_decided_again()
    {
        Start();
        Deliver(1, 2);
        Done(2);
        Deliver(1, 2, 3);
        Done(3);
        Deliver(1, 2);
        Done(3);

        Assert.Equal([1, 2, 3], _decided);
    }

    [Fact]
    public void An_event_produced_again_is_done_and_not_decided_again()
    {
        Start();
        foreach (var number in (long[])[1, 2])
        {
            _entity.Tell(new Deliver(Key, Emitter.Stream, [new EventEnvelope
            {
                Id = "1", Source = "/s", Type = "t", Key = "k", Position = new EventPosition(Emitter.Stream, number), Origin = new EventOrigin("file", 7),
            }]), TestActor);
            Done(number);
        }

        Assert.Equal([1], _decided);
    }

    [Fact]
    public void A_failing_event_holds_its_key_visibly_and_what_precedes_it_is_done()
    {
        _failing.Add(2);
        Start();
        Deliver(1, 2, 3);
        Done(1);
        Deliver(2, 3);
        Nothing();
        var blocked = Assert.Single(_blocked.All);
        Assert.Equal(("volatile", Key, $"{Emitter.Stream}/2", 2), (blocked.Handler, blocked.Key, blocked.Event?.Id, blocked.Failures));
        Assert.Contains("on purpose", blocked.Reason, StringComparison.Ordinal);

        _failing.Clear();
        Deliver(2, 3);
        Done(3);
        Nothing();
        Assert.Empty(_blocked.All);
        Assert.Equal([1, 2, 3], _decided);
    }

    [Fact]
    public void What_another_stream_brings_to_the_key_does_not_hide_that_it_fails()
    {
        _failing.Add(2);
        Start();
        Deliver(2);
        Nothing();
        var other = new StreamId("s/t/1", "s/1");
        _entity.Tell(Emitter.Deliver(other, 1), TestActor);
        Assert.Equal(new Done(Key, other.Name, 1), ExpectMsg<Done>(Patience));
        Assert.Single(_blocked.All);

        // One of the other stream fails as well, and is mended first.
        _failing.Add(3);
        _entity.Tell(Emitter.Deliver(other, 3), TestActor);
        Nothing();
        Assert.Equal(["s/id/0", "s/t/1"], _blocked.All.Select(b => b.Event!.Position.Stream.Name).Order(StringComparer.Ordinal));
        _failing.Remove(3);
        _entity.Tell(Emitter.Deliver(other, 3), TestActor);
        Assert.Equal(3, ExpectMsg<Done>(Patience).UpTo);
        Assert.Equal("s/id/0", Assert.Single(_blocked.All).Event!.Position.Stream.Name);

        _failing.Clear();
        Deliver(2);
        Done(2);
        Nothing();
        Assert.Empty(_blocked.All);
    }

    /// <summary>What is handed back is sent again at once: an old session that lives on and the entity would never rest.</summary>
    [Fact]
    public void What_a_session_sends_that_is_not_the_newest_is_not_handed_back()
    {
        Start();
        _entity.Tell(Emitter.Deliver(Emitter.Stream, 0) with { Session = 2, Window = 8 }, TestActor);
        Assert.Equal(0, ExpectMsg<Done>(Patience).UpTo);
        _entity.Tell(Emitter.Deliver(Emitter.Stream, 1) with { Session = 1, Window = 8 }, TestActor);
        Nothing();
        Assert.Equal([0], _decided);
    }

    [Fact]
    public void One_that_emits_is_refused_for_what_it_emits_stands_nowhere()
    {
        Start(decide: _ => Decision.Emit(new OutgoingEvent("out", "said", 1)));
        Deliver(1);
        Nothing();

        Assert.Contains("Durability.Journal", Assert.Single(_blocked.All).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_kept_the_next_one_decides_again_what_it_is_sent()
    {
        _failing.Add(2);
        Start();
        Deliver(1, 2);
        Done(1);
        Watch(_entity);
        _entity.Tell(StopWhenDrained.Instance);
        ExpectTerminated(_entity, Patience);
        Assert.Empty(_blocked.All);

        _failing.Clear();
        Start();
        Deliver(1, 2);
        Done(2);
        Assert.Equal([1, 1, 2], _decided);
    }

    [Fact]
    public void With_a_delay_the_answer_comes_after_it_and_of_what_is_under_way_at_a_stop_none_is_done()
    {
        Start(h => h.WithDelay(TimeSpan.FromSeconds(1)));
        Deliver(1, 2);
        Nothing();
        Advance(1);
        Nothing();
        Advance(1);
        Done(2);

        Deliver(3);
        Watch(_entity);
        _entity.Tell(StopWhenDrained.Instance);
        var answers = new List<object>();
        while (answers is not [.., Terminated])
        {
            answers.Add(ReceiveOne(Patience));
        }

        Assert.DoesNotContain(answers, a => a is Done);
        Assert.Equal([1, 2], _decided);
    }

    [Fact]
    public void One_that_was_idle_for_the_whole_time_asks_to_be_stopped()
    {
        Start(h => h.PassivateAfter(TimeSpan.FromMinutes(2)));
        Deliver(1);
        Done(1);

        Advance(120);
        Nothing();
        _shard.Ref.Tell("not yet");
        _shard.ExpectMsg("not yet", Patience);
        Advance(120);
        Assert.Same(StopWhenDrained.Instance, _shard.ExpectMsg<Passivate>(Patience).StopMessage);
    }

    private void Start(Action<HandlerRegistration<Sum>>? configure = null, Func<EventEnvelope, Decision>? decide = null)
    {
        var registration = new HandlerRegistration<Sum>("volatile", new Emitter(decide ?? Count), 1_024).WithDurability(Durability.None);
        configure?.Invoke(registration);
        var context = new EntityContext(registration.Build(), new TestJournal(), new NoSignal(), TimeProvider.System, NullLogger.Instance, _blocked);
        _shard = CreateTestProbe();
        _entity = _shard.ChildActorOf(EntityRegion.Props(context, "=k"));
    }

    private Decision Count(EventEnvelope envelope)
    {
        if (_failing.Contains(envelope.Position.Number))
        {
            throw new InvalidOperationException("on purpose");
        }

        _decided.Add(envelope.Position.Number);
        return Decision.Persist(new Counted());
    }

    private void Deliver(params ReadOnlySpan<long> numbers) => _entity.Tell(Emitter.Deliver(Emitter.Stream, numbers), TestActor);

    private void Done(long upTo) => Assert.Equal(new Done(Key, Emitter.Stream.Name, upTo), ExpectMsg<Done>(Patience));

    /// <summary>It has not answered what it was told so far.</summary>
    private void Nothing()
    {
        _entity.Tell(new Identify(null), TestActor);
        ExpectMsg<ActorIdentity>(Patience);
    }

    private void Advance(int seconds) => ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(seconds));

    private sealed class NoSignal : IJournalSignal
    {
        public void Appended() => throw new InvalidOperationException("nothing is ever appended");
    }
}
