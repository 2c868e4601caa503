using ActorEvents.Groups;
using ActorEvents.Hosting;
using ActorEvents.Relay;
using ActorEvents.Tests.Kafka;

namespace ActorEvents.Tests.Relay;

/// <summary>Lists under way: how many, and what each means for the places.</summary>
public sealed class RelayWindowTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(20);
    private readonly RelayBench _bench = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Lists_are_handed_over_while_others_are_under_way_until_the_window_is_full()
    {
        _bench.Options.WindowEvents = 10;
        _bench.Broker.Hold = (_, token) => _gate.Task.WaitAsync(token);
        Say(40, "t");
        var pass = _bench.NewFeeder().PassAsync(CancellationToken.None);
        await Poll.UntilAsync(() => _bench.Broker.MostUnderWay >= 10);
        _gate.SetResult();
        await pass.WaitAsync(s_long);

        // Of four each: the third passes the window, and there is no fourth.
        Assert.Equal(12, _bench.Broker.MostUnderWay);
        Assert.Equal(40, _bench.Broker.Records("t").Count);
    }

    [Fact]
    public async Task What_is_appended_while_a_list_is_under_way_makes_one_list_behind_it()
    {
        var (feeder, pass) = await OneListUnderWayAsync();
        for (var i = 0; i < 20; i++)
        {
            Say(1, "t");
            feeder.Wake();
        }

        _gate.SetResult();
        await pass.WaitAsync(s_long);
        Assert.Equal(Enumerable.Range(1, 21).Select(i => $"t{i}"), _bench.Broker.Data("t"));
        Assert.Equal(2, _bench.Broker.Publishes);
    }

    [Fact]
    public async Task What_is_appended_does_not_wait_long_for_a_list_that_is_under_way()
    {
        var (feeder, pass) = await OneListUnderWayAsync();
        Say(1, "t");
        feeder.Wake();
        await Poll.UntilAsync(() =>
        {
            _bench.Time.Advance(TimeSpan.FromMilliseconds(1));
            return _bench.Broker.MostUnderWay == 2;
        });
        _gate.SetResult();
        await pass.WaitAsync(s_long);
        Assert.Equal(["t1", "t2"], _bench.Broker.Data("t"));
    }

    [Fact]
    public async Task A_list_is_bounded_in_events_and_ends_with_a_row()
    {
        _bench.Options.PageRows = 100;
        for (var row = 0; row < 20; row++)
        {
            _bench.Journal.Append("h/1", outgoing: [.. Enumerable.Range(0, 300).Select(i => ("t", $"{row}:{i}"))]);
        }

        await _bench.RunAsync();
        Assert.Equal(1_800, _bench.Broker.Largest);
        Assert.Equal(_bench.Journal.Rows.SelectMany(r => Enumerable.Range(0, 300).Select(i => $"h/1/{r.SequenceNumber}/{i}")), _bench.Broker.Records("t").Select(r => r.Event.Id));

        _bench.Journal.Append("h/1", outgoing: [.. Enumerable.Range(0, 3_000).Select(i => ("t", $"large:{i}"))]);
        await _bench.RunAsync();
        Assert.Equal(3_000, _bench.Broker.Largest);
    }

    [Fact]
    public async Task A_place_waits_for_the_oldest_list_whatever_completes_behind_it()
    {
        var destination = new ByHand();
        Say(12, "t");
        var feeder = new RelayFeeder(_bench.Settings with { Destination = () => destination }, () => { });
        var pass = feeder.PassAsync(CancellationToken.None);
        await Poll.UntilAsync(() => destination.Lists.Count == 3);

        destination.Lists[1].SetResult([]);
        destination.Lists[2].SetResult([]);
        var reads = _bench.Journal.Reads;
        await Poll.UntilAsync(() =>
        {
            feeder.Wake();
            _bench.Time.Advance(TimeSpan.FromMilliseconds(10));
            return _bench.Journal.Reads > reads + 3;
        });
        Assert.Equal(0, _bench.Store.Place("t", "id"));

        destination.Lists[0].SetResult([]);
        await pass.WaitAsync(s_long);
        Assert.Equal(12, _bench.Store.Place("t", "id"));
    }

    [Fact]
    public async Task A_place_moves_list_by_list()
    {
        using var lists = new SemaphoreSlim(1);
        _bench.Broker.Hold = (_, token) => lists.WaitAsync(token);
        Say(12, "t");
        var pass = _bench.NewFeeder().PassAsync(CancellationToken.None);
        await Poll.UntilAsync(() => _bench.Store.Place("t", _bench.Broker.Id("t")) == 4);
        Assert.Equal(4, _bench.Broker.Records("t").Count);

        lists.Release(2);
        await pass.WaitAsync(s_long);
        Assert.Equal(12, _bench.Store.Place("t", _bench.Broker.Id("t")));
    }

    [Fact]
    public async Task When_a_list_fails_nothing_behind_it_is_sent_before_it_and_nothing_before_it_again()
    {
        var failed = false;
        _bench.Broker.Fault = records => !failed && (failed = records[0].Event.Id == "h/t/5/0") ? 2 : null;
        Say(20, "t");
        await _bench.RunAsync();
        Assert.True(failed);
        Assert.Equal([1, 2, 3, 4, 5, 6, .. Enumerable.Range(5, 16)], _bench.Broker.Data("t").Select(d => int.Parse(d[1..], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_topic_that_takes_nothing_holds_no_other_and_gets_all_of_it_later()
    {
        _bench.Options.WindowEvents = 8;
        _bench.Broker.Hold = (topic, token) => topic == "bad" ? _gate.Task.WaitAsync(token) : Task.CompletedTask;
        Say(40, "bad", "good");
        var feeder = _bench.NewFeeder();
        var pass = feeder.PassAsync(CancellationToken.None);
        await Poll.UntilAsync(() =>
        {
            _bench.Time.Advance(TimeSpan.FromMilliseconds(100));
            return _bench.Broker.Records("good").Count == 40;
        });

        Say(10, "good");
        feeder.Wake();
        await Poll.UntilAsync(() => _bench.Store.Place("good", _bench.Broker.Id("good")) == 50);
        Assert.Empty(_bench.Broker.Records("bad"));
        Assert.Equal(0, _bench.Store.Place("bad", _bench.Broker.Id("bad")));

        _gate.SetResult();
        await pass.WaitAsync(s_long);
        Assert.Equal(Enumerable.Range(1, 40).Select(i => $"bad{i}"), _bench.Broker.Data("bad"));
        Assert.Equal(50, _bench.Broker.Records("good").Count);
        Assert.True(feeder.View!.Reached(_bench.Journal.Highest));
    }

    /// <summary>Ready while nothing is published: nobody looked for the broker whose replicas were missing.</summary>
    [Fact]
    public async Task A_topic_that_takes_nothing_is_said_by_name_until_it_takes_something()
    {
        _bench.Broker.Hold = (topic, token) => topic == "bad" ? _gate.Task.WaitAsync(token) : Task.CompletedTask;
        Say(4, "bad", "good");
        var feeder = _bench.NewFeeder();
        var pass = feeder.PassAsync(CancellationToken.None);
        await Poll.UntilAsync(() =>
        {
            _bench.Time.Advance(TimeSpan.FromMilliseconds(100));
            return Faults().Any();
        });
        Assert.StartsWith("relay, bad: takes nothing: 4 event(s)", Assert.Single(Faults()), StringComparison.Ordinal);
        Assert.Single(_bench.Log.All, l => l.Text.StartsWith("Destination 'bad' takes nothing", StringComparison.Ordinal));

        _gate.SetResult();
        await pass.WaitAsync(s_long);
        Assert.Empty(Faults());

        IEnumerable<string> Faults() => feeder.View is { } view
            ? new NodeView(new GroupStatus(true, false, [], [], []), view.Status(4, null), null, [], default, 0).Problems
            : [];
    }

    /// <summary>A broker that is gone leaves questions without an answer for ten seconds each, and the relay waited for each of them.</summary>
    [Fact]
    public async Task A_topic_whose_id_is_not_answered_holds_no_other_and_is_said()
    {
        _bench.Broker.HoldId = topic => topic == "bad" ? _gate.Task : Task.CompletedTask;
        Say(4, "bad", "good");
        var feeder = _bench.NewFeeder();
        await Poll.UntilAsync(async () =>
        {
            await PassAsTimeGoesByAsync(feeder);
            return feeder.View!.Destinations.Any(d => d.Fault?.StartsWith("cannot be asked for its id", StringComparison.Ordinal) == true);
        });
        Assert.Equal(4, _bench.Broker.Records("good").Count);

        _gate.SetResult();
        await Poll.UntilAsync(async () =>
        {
            await feeder.PassAsync(CancellationToken.None).WaitAsync(s_long);
            return _bench.Broker.Records("bad").Count == 4;
        });
        Assert.DoesNotContain(feeder.View!.Destinations, d => d.Fault is not null);
    }

    /// <summary>The broker that is asked is the one that is gone, while those that have the topic are there.</summary>
    [Fact]
    public async Task A_topic_that_flows_goes_on_though_its_id_is_not_answered()
    {
        Say(4, "t");
        var feeder = _bench.NewFeeder();
        await feeder.PassAsync(CancellationToken.None).WaitAsync(s_long);
        _bench.Broker.HoldId = _ => _gate.Task;
        _bench.Time.Advance(_bench.Options.TopicCheckInterval);
        Say(4, "t");

        await Poll.UntilAsync(async () =>
        {
            await PassAsTimeGoesByAsync(feeder);
            return _bench.Broker.Records("t").Count == 8;
        });
        Assert.Null(feeder.View!.Destinations.Single().Fault);
    }

    /// <summary>Its id is answered each time, and each time what is sent fails: the fault stays seen.</summary>
    [Fact]
    public async Task A_fault_is_seen_until_something_is_acknowledged()
    {
        var seen = new List<string?>();
        var fails = true;
        Say(4, "t");
        var feeder = _bench.NewFeeder();
        _bench.Broker.Fault = _ => fails ? 0 : null;
        _bench.Broker.TopicFault = _ =>
        {
            seen.Add(feeder.View?.Destinations.Single().Fault);
            return null;
        };
        await Poll.UntilAsync(async () =>
        {
            await feeder.PassAsync(CancellationToken.None).WaitAsync(s_long);
            _bench.Time.Advance(TimeSpan.FromSeconds(1));
            return seen.Count > 3;
        });
        Assert.All(seen.Skip(1), Assert.NotNull);
        Assert.NotNull(feeder.View!.Destinations.Single().Fault);

        fails = false;
        _bench.Time.Advance(TimeSpan.FromMinutes(1));
        await feeder.PassAsync(CancellationToken.None).WaitAsync(s_long);
        Assert.Null(feeder.View!.Destinations.Single().Fault);
    }

    /// <summary>The broker of these tests throws if it is asked earlier.</summary>
    [Fact]
    public async Task A_topic_is_asked_for_its_id_when_nothing_of_it_is_under_way()
    {
        var asked = 0;
        _bench.Broker.TopicFault = _ =>
        {
            asked++;
            return null;
        };
        _bench.Broker.Hold = (_, token) => _gate.Task.WaitAsync(token);
        Say(4, "t");
        var feeder = _bench.NewFeeder();
        var pass = feeder.PassAsync(CancellationToken.None);
        await Poll.UntilAsync(() => _bench.Broker.MostUnderWay == 4);
        _bench.Time.Advance(_bench.Options.TopicCheckInterval);
        Say(4, "t");
        feeder.Wake();
        _gate.SetResult();
        await pass.WaitAsync(s_long);
        Assert.Equal((2, 8), (asked, _bench.Broker.Records("t").Count));
        Assert.Null(feeder.View!.Destinations.Single().Fault);
    }

    private async Task<(RelayFeeder Feeder, Task Pass)> OneListUnderWayAsync()
    {
        _bench.Options.PageRows = 100;
        _bench.Broker.Hold = (_, token) => _gate.Task.WaitAsync(token);
        Say(1, "t");
        var feeder = _bench.NewFeeder();
        var pass = feeder.PassAsync(CancellationToken.None);
        await Poll.UntilAsync(() => _bench.Broker.MostUnderWay == 1);
        return (feeder, pass);
    }

    private async Task PassAsTimeGoesByAsync(RelayFeeder feeder)
    {
        var pass = feeder.PassAsync(CancellationToken.None);
        await Poll.UntilAsync(() =>
        {
            _bench.Time.Advance(TimeSpan.FromMilliseconds(100));
            return pass.IsCompleted;
        });
        await pass;
    }

    private void Say(int rows, params string[] topics)
    {
        for (var i = 0; i < rows; i++)
        {
            var n = _bench.Journal.Rows.Count + 1;
            _bench.Journal.Append($"h/{topics[0]}", outgoing: [.. topics.Select(t => (t, $"{t}{n}"))]);
        }
    }

    /// <summary>Completes its lists when the test does.</summary>
    private sealed class ByHand : IRelayDestination
    {
        private readonly List<TaskCompletionSource<IReadOnlyList<RelayRefusal>>> _lists = [];

        public IReadOnlyList<TaskCompletionSource<IReadOnlyList<RelayRefusal>>> Lists
        {
            get
            {
                lock (_lists)
                {
                    return [.. _lists];
                }
            }
        }

        public Task<string> TopicIdAsync(string topic, CancellationToken cancellationToken) => Task.FromResult("id");

        public Task<IReadOnlyList<RelayRefusal>> PublishAsync(IReadOnlyList<RelayRecord> records)
        {
            lock (_lists)
            {
                _lists.Add(new(TaskCreationOptions.RunContinuationsAsynchronously));
                return _lists[^1].Task;
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
