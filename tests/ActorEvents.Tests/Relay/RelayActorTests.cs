using ActorEvents.Relay;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorEvents.Tests.Relay;

/// <summary>Timers run on a scheduler that stands still until a test advances it: what happens without that, happens by a message.</summary>
public sealed class RelayActorTests : TestKit
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private readonly RelayBench _bench = new();

    public RelayActorTests()
        : base("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"\nakka.loglevel = WARNING")
    {
    }

    [Fact]
    public async Task A_notification_publishes_without_waiting_for_the_poll()
    {
        var relay = await StartAsync();
        _bench.Journal.Append("h/1", outgoing: [("t", "x")]);
        relay.Tell(JournalAppended.Instance);
        await UntilAsync(() => _bench.Broker.Records("t").Count == 1);
    }

    [Fact]
    public async Task An_idle_relay_reads_nothing_and_publishes_what_the_tail_finds_without_a_notification()
    {
        var relay = await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await StatusAsync(relay);
        }

        Assert.Equal(1, _bench.Journal.Reads);
        _bench.Journal.Append("h/1", outgoing: [("t", "x")]);
        await UntilAsync(() =>
        {
            Advance(_bench.Options.PollInterval);
            return _bench.Broker.Records("t").Count == 1;
        });
        await UntilAsync(() => _bench.Store.Place("t", _bench.Broker.Id("t")) == 1);
    }

    [Fact]
    public async Task An_idle_relay_asks_topics_for_their_ids_at_their_interval_and_notices_one_that_was_recreated()
    {
        _bench.Journal.Append("h/1", outgoing: [("t", "x")]);
        var relay = await StartAsync();
        await UntilAsync(async () => (await StatusAsync(relay)).Place == 1);
        _bench.Broker.Recreate("t");
        await UntilAsync(() =>
        {
            Advance(_bench.Options.TopicCheckInterval);
            return _bench.Broker.Records("t").Count == 1;
        });
    }

    [Fact]
    public async Task A_flush_publishes_and_stores_everything_that_is_in_the_journal()
    {
        _bench.Options.StoreInterval = TimeSpan.FromMinutes(1);
        var relay = await StartAsync();
        for (var i = 0; i < 30; i++)
        {
            _bench.Journal.Append("h/1", outgoing: [("t", "x")]);
        }

        var flushed = await relay.Ask<RelayFlushed>(new FlushRelay(Long), Long);
        Assert.True(flushed.Complete, flushed.ToString());
        Assert.Equal((30, 30), (flushed.Place, flushed.Highest));
        Assert.Equal(30, _bench.Broker.Records("t").Count);
        Assert.Equal(30, _bench.Store.Place("t", _bench.Broker.Id("t")));
    }

    [Fact]
    public async Task A_flush_that_comes_to_its_deadline_says_what_is_unsent_and_the_relay_goes_on()
    {
        var relay = await StartAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bench.Broker.Hold = (_, token) => gate.Task.WaitAsync(token);
        for (var i = 0; i < 6; i++)
        {
            _bench.Journal.Append("h/1", outgoing: [("t", "x")]);
        }

        var ask = relay.Ask<RelayFlushed>(new FlushRelay(TimeSpan.FromSeconds(3)), Long);

        // The journal's end is asked for beside the mailbox; until it is known, the clock of the test stands.
        await UntilAsync(async () => (await StatusAsync(relay)).Highest == 6);
        await StatusAsync(relay);
        Advance(TimeSpan.FromSeconds(3));
        var flushed = await ask;
        Assert.False(flushed.Complete);
        Assert.Equal(0, flushed.Place);
        gate.SetResult();
        await UntilAsync(() => _bench.Broker.Records("t").Count == 6);
        flushed = await relay.Ask<RelayFlushed>(new FlushRelay(Long), Long);
        Assert.True(flushed.Complete, flushed.ToString());
    }

    [Fact]
    public async Task A_flush_does_not_wait_for_a_stopped_destination_but_names_it()
    {
        _bench.Options.RecreatedTopic = RecreatedTopic.Stop;
        _bench.Journal.Append("h/1", outgoing: [("a", "x"), ("b", "x")]);
        await _bench.RunAsync();
        _bench.Broker.Recreate("a");
        _bench.Journal.Append("h/1", outgoing: [("a", "y"), ("b", "y")]);
        var relay = await StartAsync();
        var flushed = await relay.Ask<RelayFlushed>(new FlushRelay(Long), Long);
        var unsent = Assert.Single(flushed.Unsent);
        Assert.Equal(("a", 1, 1), (unsent.Destination, unsent.Place, unsent.Lag));
        Assert.Contains("re-created", unsent.Stopped, StringComparison.Ordinal);
        Assert.False(flushed.Complete);
        Assert.Equal(["x", "y"], _bench.Broker.Data("b"));
    }

    [Fact]
    public async Task A_relay_that_lost_its_lease_pauses_starts_again_and_closes_the_old_destination()
    {
        var relay = await StartAsync();
        await _bench.Store.TakeLeaseAsync(CancellationToken.None);
        _bench.Journal.Append("h/1", outgoing: [("t", "x")]);
        relay.Tell(JournalAppended.Instance);
        await UntilAsync(() => _bench.Log.All.Any(l => l.Id == 5002));
        await UntilAsync(() => _bench.Broker.Open == 0);
        var reads = _bench.Journal.Reads;
        relay.Tell(JournalAppended.Instance);
        Assert.Contains("lease", (await StatusAsync(relay)).Problem, StringComparison.Ordinal);
        Assert.Equal(reads, _bench.Journal.Reads);

        Advance(_bench.Options.LeaseLostPause);
        await UntilAsync(() => _bench.Store.Place("t", _bench.Broker.Id("t")) == 1);
        Assert.Equal(1, _bench.Broker.Open);
        Assert.Equal(2, _bench.Log.All.Count(l => l.Id == 5000));
    }

    [Fact]
    public async Task A_failing_journal_is_read_again_after_a_pause_that_notifications_do_not_shorten()
    {
        var relay = await StartAsync();
        var away = true;
        _bench.Journal.Append("h/1", outgoing: [("t", "x")]);
        _bench.Journal.Fault = () => Volatile.Read(ref away) ? new IOException("journal away") : null;
        relay.Tell(JournalAppended.Instance);
        await UntilAsync(async () => (await StatusAsync(relay)).Problem == "journal away");
        var reads = _bench.Journal.Reads;
        for (var i = 0; i < 50; i++)
        {
            relay.Tell(JournalAppended.Instance);
        }

        await StatusAsync(relay);
        Assert.Equal(reads, _bench.Journal.Reads);
        Volatile.Write(ref away, false);
        Advance(_bench.Options.FirstPause);
        await UntilAsync(() => _bench.Broker.Records("t").Count == 1);
        await UntilAsync(async () => (await StatusAsync(relay)).Problem is null);
    }

    [Fact]
    public async Task A_relay_that_is_told_to_stop_stores_what_was_acknowledged_and_closes_its_destination_first()
    {
        _bench.Options.StoreInterval = TimeSpan.FromMinutes(1);
        var relay = await StartAsync();
        _bench.Journal.Append("h/1", outgoing: [("t", "x")]);
        relay.Tell(JournalAppended.Instance);
        await UntilAsync(() => _bench.Broker.Records("t").Count == 1 && _bench.Broker.UnderWay == 0);
        await UntilAsync(async () => (await StatusAsync(relay)).Destinations.Count == 1);
        Assert.Equal(0, _bench.Store.Place("t", _bench.Broker.Id("t")));
        Watch(relay);
        relay.Tell(StopRelay.Instance);
        await ExpectTerminatedAsync(relay, Long);
        Assert.Equal(1, _bench.Store.Place("t", _bench.Broker.Id("t")));
        Assert.Equal(0, _bench.Broker.Open);
    }

    [Fact]
    public async Task A_relay_that_is_stopped_while_it_publishes_closes_its_destination_and_answers_who_waits()
    {
        var relay = await StartAsync();
        var publishing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bench.Broker.Hold = (_, token) =>
        {
            publishing.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        };
        _bench.Journal.Append("h/1", outgoing: [("t", "x")]);
        var ask = relay.Ask<RelayFlushed>(new FlushRelay(Long), Long);
        await publishing.Task.WaitAsync(Long);
        Sys.Stop(relay);
        Assert.False((await ask).Complete);
        await UntilAsync(() => _bench.Broker.Open == 0);
    }

    [Fact]
    public async Task The_status_tells_place_and_lag_of_each_destination()
    {
        _bench.Journal.Append("h/1", outgoing: [("a", "x"), ("b", "x")]);
        _bench.Broker.TopicFault = topic => topic == "b" ? new IOException("not authorized") : null;
        var relay = await StartAsync();
        await UntilAsync(async () => (await StatusAsync(relay)).Destinations.Any(d => d.Place == 1));
        var status = await StatusAsync(relay);
        Assert.Equal((0, 1), (status.Place, status.Highest));
        Assert.Equal(new RelayDestinationStatus("a", _bench.Broker.Id("a"), 1, 0, null, null), status.Destinations[0]);
        Assert.Equal(new RelayDestinationStatus("b", null, 0, 1, null, "not authorized"), status.Destinations[1]);
    }

    /// <summary>Readiness reads it: a relay that has moved here is ready when something has come out, not when it has been handed over.</summary>
    [Fact]
    public async Task A_relay_says_that_it_starts_until_something_is_published()
    {
        var answer = new TaskCompletionSource();
        _bench.Broker.Hold = (_, _) => answer.Task;
        _bench.Journal.Append("h/1", outgoing: [("t", "x")]);
        var relay = Sys.ActorOf(RelayActor.Props(_bench.Settings));
        await UntilAsync(() => _bench.Broker.UnderWay == 1);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("the relay is starting", (await StatusAsync(relay)).Problem);
        }

        answer.SetResult();
        await UntilAsync(async () => (await StatusAsync(relay)).Problem is null);
        Assert.Single(_bench.Broker.Records("t"));
    }

    private async Task<IActorRef> StartAsync()
    {
        var relay = Sys.ActorOf(RelayActor.Props(_bench.Settings));

        // No problem, and the journal is empty: the first pass is over, and its timer runs. Else: the first page is out.
        await UntilAsync(async () => (await StatusAsync(relay)).Problem is null);
        return relay;
    }

    private static Task<RelayStatus> StatusAsync(IActorRef relay) => relay.Ask<RelayStatus>(GetRelayStatus.Instance, Long);

    private void Advance(TimeSpan time)
    {
        _bench.Time.Advance(time);
        ((TestScheduler)Sys.Scheduler).Advance(time);
    }

    private Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private async Task UntilAsync(Func<Task<bool>> condition)
    {
        var until = Environment.TickCount64 + (long)Long.TotalMilliseconds;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < until, "the condition was not met in time");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }
}
