using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ActorEvents.Events;
using ActorEvents.Groups;
using ActorEvents.Handlers;
using ActorEvents.Hosting;
using ActorEvents.Relay;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using ActorEvents.Tests.Journal;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Hosting;

/// <summary>What readiness reads while a part of the node hangs.</summary>
public sealed class StatusWatchTests() : TestKit("akka.loglevel = OFF")
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The node was ready while nobody published, and each view waited for the part that hung.</summary>
    [Fact]
    public async Task A_relay_that_does_not_answer_is_a_reason_and_keeps_no_other_part_from_being_seen()
    {
        await using var place = new SqliteTestJournal();
        await using var journal = await place.OpenAsync();
        var time = new FakeTimeProvider();
        var group = Answering(new GroupStatus(true, false, [], [], []));
        await using var watch = new StatusWatch(group, Sys.ActorOf(Props.Empty), 1_000, new BlockedKeys(), journal, time, NullLogger.Instance);
        AwaitAssert(() => Assert.NotNull(watch.Last), Patience);
        Assert.Empty(watch.Last!.Problems);

        AwaitAssert(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                Assert.Contains("relay: it has not answered for", Assert.Single(watch.Last!.Problems), StringComparison.Ordinal);
            },
            Patience);
    }

    [Fact]
    public async Task What_the_relay_said_last_stays_while_it_answers()
    {
        await using var place = new SqliteTestJournal();
        await using var journal = await place.OpenAsync();
        var time = new FakeTimeProvider();
        var group = Answering(new GroupStatus(true, false, [], [], []));
        var relay = Answering(new RelayStatus(1, 1, [], "no lease yet"));
        await using var watch = new StatusWatch(group, relay, 1_000, new BlockedKeys(), journal, time, NullLogger.Instance);

        AwaitAssert(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                Assert.Equal("relay: no lease yet", Assert.Single(watch.Last!.Problems));
            },
            Patience);
    }

    [Fact]
    public async Task What_stands_still_is_in_the_view_and_has_a_gauge()
    {
        var stalled = new SubscriptionStatus("cart", false, 1, 0, 0, 0, 0, [new StalledStream("s/id/0", 17, 5, 3, "on purpose")]);
        var group = Answering(new GroupStatus(true, false, [new SourceStatus("s", false, false, [], [])], [stalled], []));
        var blocked = new BlockedKeys();
        blocked.Add("cart-of-this-test", new EntityKey("a"), "on purpose", null);
        blocked.Add("cart-of-this-test", new EntityKey("b"), "on purpose", null);
        await using var place = new SqliteTestJournal();
        await using var journal = await place.OpenAsync();
        await using var watch = new StatusWatch(group, null, 1_000, blocked, journal, TimeProvider.System, NullLogger.Instance);

        AwaitAssert(() => Assert.Contains(watch.Last!.Problems, p => p.Contains("its key selector has failed 3 time(s)", StringComparison.Ordinal)), Patience);
        var gauges = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (i, l) => l.EnableMeasurementEvents(i) };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => gauges[$"{i.Name} {string.Join(' ', tags.ToArray().Select(t => t.Value))}"] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal((5, 2), (gauges["actorevents.subscription.stalled cart s/id/0"], gauges["actorevents.handler.blocked_keys cart-of-this-test"]));
    }

    private IActorRef Answering(object answer) => Sys.ActorOf(Props.Create(() => new Part(answer)));

    private sealed class Part : ReceiveActor
    {
        public Part(object answer) => ReceiveAny(_ => Sender.Tell(answer));
    }
}
