using System.Diagnostics.Metrics;
using ActorEvents.Events;
using ActorEvents.Observers;
using ActorEvents.Subscriptions;
using ActorEvents.Telemetry;
using ActorEvents.Tests.Kafka;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorEvents.Tests.Observers;

public sealed class EventObserverTests() : TestKit("akka.loglevel = OFF")
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private static readonly StreamId Stream = StreamId.ForPartition("s", "s", "id", 0);

    [Fact]
    public async Task What_is_emitted_after_the_return_is_read_in_order_until_the_end()
    {
        var observer = new EventObservers(Sys).Observe("tail");
        Emit(0, 3);
        Emit(3, 2);
        await Poll.UntilAsync(() => observer.Waiting.Events == 5);
        var read = new List<long>();
        await foreach (var e in observer.ReadAllAsync())
        {
            read.Add(e.Position.Number);
            if (read.Count == 5)
            {
                Emit(5, 1);
            }

            if (read.Count == 6)
            {
                await observer.DisposeAsync();
            }
        }

        Assert.Equal([0L, 1, 2, 3, 4, 5], read);
    }

    [Fact]
    public async Task Each_observer_has_its_own_selection_and_its_own_room()
    {
        var observers = new EventObservers(Sys);
        await using var narrow = observers.Observe("narrow", new ObserverOptions { MaxEvents = 2 });
        await using var picky = observers.Observe("picky", new ObserverOptions { Types = ["even"] });
        Emit(0, 9);
        await Poll.UntilAsync(() => picky.Waiting.Events == 5 && narrow.Dropped == 7);
        Assert.True(narrow.TryRead(out var oldest));
        Assert.Equal((7, 1, 0L), (oldest.Position.Number, narrow.Waiting.Events, picky.Dropped));
    }

    [Fact]
    public async Task Drops_are_counted_in_the_metric_under_the_name()
    {
        long counted = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, me) =>
        {
            if (instrument.Meter.Name == Metrics.MeterName && instrument.Name == "actorevents.observer.dropped")
            {
                me.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags is [{ Key: "observer", Value: "counted" }])
            {
                Interlocked.Add(ref counted, value);
            }
        });
        listener.Start();
        await using var observer = new EventObservers(Sys).Observe("counted", new ObserverOptions { MaxEvents = 1 });
        Emit(0, 4);
        Emit(4, 4);
        await Poll.UntilAsync(() => Interlocked.Read(ref counted) == 7);
        Assert.Equal(7, observer.Dropped);
    }

    /// <summary>The ring was bounded, the mailbox before it was not.</summary>
    [Fact]
    public async Task What_finds_no_room_in_the_mailbox_is_dropped_and_counted_and_nobody_waits()
    {
        const int Room = 4;
        await using var observer = new EventObservers(Sys).Observe("busy", new ObserverOptions { MaxBytes = 2 * Room * KeptEvent.Objects });
        var actor = (ActorRefWithCell)await Sys.ActorSelection("/user/observer-1").ResolveOne(Soon);
        actor.Suspend();
        for (var i = 0; i < 100; i++)
        {
            Emit(i * 2, 2);
        }

        Assert.Equal(2 * (100 - Room), observer.Dropped);
        Assert.Equal(Room, actor.Underlying.NumberOfMessages);
        actor.Resume(null);
        await Poll.UntilAsync(() => observer.Waiting.Events > 0 && actor.Underlying.NumberOfMessages == 0);
        Emit(200, 1);
        var last = 0L;
        await Poll.UntilAsync(() =>
        {
            while (observer.TryRead(out var e))
            {
                last = e.Position.Number;
            }

            return last == 200;
        });
    }

    [Fact]
    public async Task Dispose_ends_the_actor_and_the_reading_and_lets_go_what_waits()
    {
        var observer = new EventObservers(Sys).Observe("tail");
        var actor = await Sys.ActorSelection("/user/observer-1").ResolveOne(Soon);
        Watch(actor);
        Emit(0, 3);
        await Poll.UntilAsync(() => observer.Waiting.Events == 3);
        await observer.DisposeAsync();
        ExpectTerminated(actor, Soon);
        Emit(3, 3);
        Assert.Equal((0, 0L), observer.Waiting);
        await foreach (var _ in observer.ReadAllAsync())
        {
            Assert.Fail("nothing is left to read");
        }
    }

    [Fact]
    public async Task A_reader_that_waits_hears_of_the_node_s_stop()
    {
        var observer = new EventObservers(Sys).Observe("tail");
        await using var reading = observer.ReadAllAsync().GetAsyncEnumerator();
        var next = reading.MoveNextAsync().AsTask();
        Sys.Stop(await Sys.ActorSelection("/user/observer-1").ResolveOne(Soon));
        Assert.False(await next.WaitAsync(Soon));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void A_bound_below_one_is_refused(int maxEvents, long maxBytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new EventObservers(Sys).Observe("x", new ObserverOptions { MaxEvents = maxEvents, MaxBytes = maxBytes }));

    private void Emit(int from, int count) =>
        Sys.EventStream.Publish(new Emitted(new LaneSession(Stream, ActorRefs.Nobody, 0), 0, [.. Enumerable.Range(from, count).Select(Event)]));

    private static EventEnvelope Event(int i) =>
        new() { Id = "i", Source = "/s", Type = i % 2 == 0 ? "even" : "odd", Position = new EventPosition(Stream, i) };
}
