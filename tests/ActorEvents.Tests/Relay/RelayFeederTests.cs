using System.Text;
using ActorEvents.Events;
using ActorEvents.Journal.Entries;
using ActorEvents.Relay;

namespace ActorEvents.Tests.Relay;

public sealed class RelayFeederTests
{
    private readonly RelayBench _bench = new();

    [Fact]
    public async Task A_published_event_has_the_id_the_origin_and_the_key_that_follow_from_its_row()
    {
        _bench.Journal.Append("order/a/b", outgoing: [("orders", "x")]);
        var row = _bench.Journal.Append("order/a/b", gap: 3, outgoing: [("orders", "y"), ("stock", "z")]);
        await _bench.RunAsync();

        var e = Assert.Single(_bench.Broker.Records("stock")).Event;
        Assert.Equal(5, row.Ordering);
        Assert.Equal("order/a/b/2/1", e.Id);
        Assert.Equal(("j1", (5 * 65_536) + 1), (e.Origin!.Value.Id, e.Origin.Value.Number));
        Assert.Equal("a/b", e.Key);
        Assert.Equal(("/actor-events/j1", "test.said", "2026-11-26T10:00:00Z", "text/plain"), (e.Source, e.Type, e.Time, e.DataContentType));
        Assert.Equal("z", Encoding.UTF8.GetString(e.Data.Span));
        Assert.Equal(["x", "y"], _bench.Broker.Data("orders"));
    }

    [Fact]
    public async Task A_record_key_that_the_handler_chose_is_taken_as_it_stands_even_if_it_is_empty()
    {
        foreach (var key in new[] { "", "other" })
        {
            _bench.Journal.Append("order/1", Entry(new StoredOutgoing("orders", "t", key, "subject", null, "2026-11-26T10:00:00Z", default)), null, foreign: false);
        }

        _bench.Options.Source = "/shop";
        await _bench.RunAsync();
        Assert.Equal(["", "other"], _bench.Broker.Records("orders").Select(r => r.Event.Key));
        Assert.All(_bench.Broker.Records("orders"), r => Assert.Equal(("/shop", "subject"), (r.Event.Source, r.Event.Subject)));
    }

    [Fact]
    public async Task Extensions_and_trace_of_a_row_go_out_with_the_event()
    {
        var trace = new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "v=1");
        var said = new StoredOutgoing("orders", "t", null, null, null, "2026-11-26T10:00:00Z", default) { Extensions = [new("tenant", "nörd")], Trace = trace };
        _bench.Journal.Append("order/1", Entry(said), null, foreign: false);

        await _bench.RunAsync();

        var record = Assert.Single(_bench.Broker.Records("orders"));
        Assert.Equal([new("tenant", "nörd"), new("traceparent", trace.Parent), new("tracestate", "v=1")], record.Event.Extensions);
        Assert.Null(record.HopTraceParent);
        var refused = RelayRecords.Refused(record, "too large").Headers.ToDictionary(h => h.Key, h => Encoding.UTF8.GetString(h.Value!.Value.Span), StringComparer.Ordinal);
        Assert.Equal(("nörd", trace.Parent), (refused["ce_tenant"], refused["ce_traceparent"]));
    }

    [Fact]
    public async Task A_second_run_publishes_only_what_is_new()
    {
        Say(10);
        await _bench.RunAsync();
        Say(3);
        await _bench.RunAsync();
        Assert.Equal(13, _bench.Broker.Records("t").Count);
        Assert.Equal(_bench.Journal.Highest, _bench.Store.Place("t", _bench.Broker.Id("t")));
    }

    [Fact]
    public async Task A_crash_between_publish_and_store_repeats_the_same_ids_and_bytes()
    {
        Say(6);
        _bench.Store.Fault = () => false;
        await Assert.ThrowsAsync<IOException>(() => _bench.NewFeeder().PassAsync(CancellationToken.None));
        var first = _bench.Broker.Records("t");
        Assert.Equal(4, first.Count);

        _bench.Store.Fault = () => null;
        await _bench.RunAsync();
        var all = _bench.Broker.Records("t");
        Assert.Equal(10, all.Count);
        for (var i = 0; i < first.Count; i++)
        {
            Assert.Equivalent(first[i], all[first.Count + i], strict: true);
        }
    }

    [Fact]
    public async Task A_recreated_topic_is_fed_from_the_first_entry_while_the_other_goes_on_from_its_place()
    {
        Say(9, "a", "b");
        await _bench.RunAsync();
        _bench.Broker.Recreate("a");
        Say(1, "a", "b");
        await _bench.RunAsync();
        Assert.Equal(10, _bench.Broker.Records("a").Count);
        Assert.Equal(10, _bench.Broker.Records("b").Count);
        Assert.Equal(10, _bench.Broker.Records("b").Select(r => r.Event.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_broker_that_starts_over_while_the_relay_runs_is_fed_from_the_first_entry()
    {
        var feeder = _bench.NewFeeder();
        Say(9, "a", "b");
        await feeder.PassAsync(CancellationToken.None);
        _bench.Broker.StartOver();
        await feeder.PassAsync(CancellationToken.None);
        Assert.Empty(_bench.Broker.Records("a"));

        _bench.Time.Advance(_bench.Options.TopicCheckInterval);
        await feeder.PassAsync(CancellationToken.None);
        Assert.Equal(["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9"], _bench.Broker.Data("a"));
        Assert.Equal(9, _bench.Broker.Records("b").Count);
    }

    [Fact]
    public async Task A_recreated_topic_is_noticed_by_a_failing_publish_before_the_next_check()
    {
        var feeder = _bench.NewFeeder();
        Say(5, "a", "b");
        await feeder.PassAsync(CancellationToken.None);
        _bench.Broker.StartOver();
        Say(1, "a", "b");
        await feeder.PassAsync(CancellationToken.None);
        Assert.Equal(["a1", "a2", "a3", "a4", "a5", "a6"], _bench.Broker.Data("a"));
        Assert.Equal(6, _bench.Broker.Records("b").Count);
    }

    [Fact]
    public async Task When_a_brokers_topic_is_recreated_the_destination_stops_by_default_names_the_choice_and_blocks_no_other()
    {
        _bench.Options.RecreatedTopic = new RelayOptions().RecreatedTopic;
        Say(3, "a", "b");
        await _bench.RunAsync();
        _bench.Broker.Recreate("a");
        Say(3, "a", "b");
        var view = await _bench.RunAsync();

        Assert.Empty(_bench.Broker.Records("a"));
        Assert.Equal(6, _bench.Broker.Records("b").Count);
        var stopped = view.Destinations.Single(d => d.Destination == "a");
        Assert.Contains("relay.recreated-topic = replay", stopped.Stopped, StringComparison.Ordinal);
        Assert.Equal(3, stopped.Place);
        Assert.Contains(_bench.Log.All, l => l.Id == 5005);

        // What was not sent meanwhile is still owed, whatever the operator says.
        _bench.Options.RecreatedTopic = RecreatedTopic.Continue;
        await _bench.RunAsync();
        Assert.Equal(["a4", "a5", "a6"], _bench.Broker.Data("a"));
    }

    [Fact]
    public void A_stopped_destination_goes_on_with_its_old_topic_when_that_is_back()
    {
        var (known, foreign) = ("id-0", "id-7");
        var places = new RelayPlaces(RecreatedTopic.Stop, [new("a", known, 12)]);
        var topic = places.Find("a")!;
        Assert.Equal(TopicIdentity.Recreated, places.Resolve(topic, foreign));
        Assert.False(topic.Active);
        Assert.Equal(TopicIdentity.Known, places.Resolve(topic, known));
        Assert.Equal((true, 12, 12), (topic.Active, topic.Place, topic.Stored));
    }

    [Fact]
    public async Task A_topic_that_fails_is_tried_again_with_pauses_and_the_others_go_on()
    {
        _bench.Broker.Fault = records => records.Any(r => r.Topic == "bad") ? 0 : null;
        var feeder = _bench.NewFeeder();
        Say(9, "bad", "good");
        var due = await feeder.PassAsync(CancellationToken.None);
        Assert.Equal(9, _bench.Broker.Records("good").Count);
        Assert.InRange(due!.Value, 0.8 * _bench.Options.FirstPause, _bench.Options.FirstPause);
        var publishes = _bench.Broker.Publishes;
        await feeder.PassAsync(CancellationToken.None);
        Assert.Equal(publishes, _bench.Broker.Publishes);
        Assert.Contains("nothing is known", feeder.View!.Destinations.Single(d => d.Destination == "bad").Fault, StringComparison.Ordinal);

        _bench.Time.Advance(due.Value);
        Assert.InRange((await feeder.PassAsync(CancellationToken.None))!.Value, 1.6 * _bench.Options.FirstPause, 2 * _bench.Options.FirstPause);
        _bench.Broker.Fault = _ => null;
        _bench.Time.Advance(2 * _bench.Options.FirstPause);
        await feeder.PassAsync(CancellationToken.None);
        Assert.Equal(9, _bench.Broker.Records("bad").Count);
        Assert.Equal(9, _bench.Broker.Records("good").Count);
        Assert.True(feeder.View!.Reached(_bench.Journal.Highest));
    }

    [Fact]
    public async Task A_new_topic_whose_broker_does_not_answer_is_not_forgotten_by_a_restart()
    {
        // The others' places pass its first row; only the row without a topic id remembers that it is owed.
        Say(2, "good");
        _bench.Broker.TopicFault = topic => topic == "bad" ? new IOException("not authorized") : null;
        Say(5, "bad", "good");
        Say(5, "good");
        await _bench.RunAsync();
        Assert.Equal(12, _bench.Broker.Records("good").Count);
        Assert.Equal(2, _bench.Store.Place("bad", ""));

        _bench.Broker.TopicFault = _ => null;
        await _bench.RunAsync();
        Assert.Equal(5, _bench.Broker.Records("bad").Count);
        Assert.Equal(12, _bench.Broker.Records("good").Count);
    }

    [Fact]
    public async Task A_refused_event_is_set_aside_whole_and_the_relay_goes_on()
    {
        Say(3);
        _bench.Broker.Refuse = r => r.Event.Id == "h/t/2/0" ? "1,048,577 bytes; the topic takes 1,048,576 (max.message.bytes)" : null;
        await _bench.RunAsync();
        Assert.Equal(["t1", "t3"], _bench.Broker.Data("t"));
        var letter = Assert.Single(_bench.DeadLetters.All);
        Assert.Equal(("relay/t", 2 * 65_536), (letter.Position.Stream.Name, letter.Position.Number));
        Assert.Contains("max.message.bytes", letter.Reason, StringComparison.Ordinal);
        Assert.Equal(("t2", "t"), (Encoding.UTF8.GetString(letter.Value!.Value.Span), Encoding.UTF8.GetString(letter.Key!.Value.Span)));
        Assert.Equal(
            ["ce_specversion=1.0", "ce_id=h/t/2/0", "ce_source=/actor-events/j1", "ce_type=test.said", "ce_time=2026-11-26T10:00:00Z", "content-type=text/plain", "ce_aeorigin=j1", "ce_aesequence=131072"],
            letter.Headers.Select(h => $"{h.Key}={Encoding.UTF8.GetString(h.Value!.Value.Span)}"));
        Assert.Contains(_bench.Log.All, l => l.Id == 5006);
    }

    [Fact]
    public async Task A_refused_event_that_cannot_be_set_aside_is_not_forgotten()
    {
        Say(3);
        _bench.Broker.Refuse = r => r.Event.Id == "h/t/2/0" ? "too large" : null;
        _bench.DeadLetters.Fault = () => new IOException("database away");
        var feeder = _bench.NewFeeder();
        await Assert.ThrowsAsync<IOException>(() => feeder.PassAsync(CancellationToken.None));
        Assert.Equal(0, _bench.Store.Place("t", _bench.Broker.Id("t")));
        _bench.DeadLetters.Fault = () => null;
        await feeder.PassAsync(CancellationToken.None);
        Assert.Single(_bench.DeadLetters.All);
        Assert.Equal(["t1", "t3"], _bench.Broker.Data("t"));
        Assert.Equal(3, _bench.Store.Place("t", _bench.Broker.Id("t")));
    }

    [Fact]
    public async Task A_hung_relay_that_wakes_up_stores_no_place()
    {
        Say(4);
        var hung = _bench.NewFeeder();
        await hung.PassAsync(CancellationToken.None);
        await _bench.RunAsync();
        Say(4);
        await Assert.ThrowsAsync<RelayLeaseLostException>(() => hung.PassAsync(CancellationToken.None));
        Assert.Equal(4, _bench.Store.Place("t", _bench.Broker.Id("t")));
        await _bench.RunAsync();
        Assert.Equal(8, _bench.Store.Place("t", _bench.Broker.Id("t")));
        Assert.Equal(8, _bench.Broker.Records("t").Select(r => r.Event.Id).Distinct().Count());
    }

    [Fact]
    public async Task Rows_of_other_software_are_passed_by_and_said_once()
    {
        Say(1);
        _bench.Journal.Append("other/1", null, "Not of ours: serializer 1, manifest ''.", foreign: true);
        _bench.Journal.Append("other/1", null, "Not of ours: serializer 1, manifest ''.", foreign: true);
        Say(1);
        await _bench.RunAsync();
        Assert.Equal(2, _bench.Broker.Records("t").Count);
        Assert.Single(_bench.Log.All, l => l.Id == 5008);
    }

    [Fact]
    public async Task A_damaged_row_of_ours_stops_the_relay_before_it_until_it_is_restored()
    {
        Say(2);
        var damaged = _bench.Journal.Append("h/t", null, "12 bytes with manifest 'ae.entry.1' cannot be read.", foreign: false);
        Say(2);
        var feeder = _bench.NewFeeder();
        var stop = await Assert.ThrowsAsync<RelayBlockedException>(() => feeder.PassAsync(CancellationToken.None));
        Assert.Contains("journal row 3 (h/t, number 3)", stop.Message, StringComparison.Ordinal);
        Assert.Equal(2, _bench.Broker.Records("t").Count);
        Assert.Equal(2, _bench.Store.Place("t", _bench.Broker.Id("t")));
        await Assert.ThrowsAsync<RelayBlockedException>(() => feeder.PassAsync(CancellationToken.None));
        Assert.Equal(2, _bench.Broker.Records("t").Count);

        _bench.Journal.Replace(damaged, Entry(new StoredOutgoing("t", "test.said", null, null, null, "2026-11-26T10:00:00Z", "t3"u8.ToArray())));
        await feeder.PassAsync(CancellationToken.None);
        Assert.Equal(5, _bench.Broker.Records("t").Count);
        Assert.Equal("t3", _bench.Broker.Data("t")[2]);
    }

    /// <summary>The topic of a row behind the damage was taken to begin there, and the relay went on at that place: past the damaged row.</summary>
    [Fact]
    public async Task A_damaged_row_that_may_hold_a_topics_first_event_is_not_jumped_over()
    {
        var damaged = _bench.Journal.Append("h/t", null, "12 bytes with manifest 'ae.entry.1' cannot be read.", foreign: false);
        Say(2);
        var feeder = _bench.NewFeeder();
        await Assert.ThrowsAsync<RelayBlockedException>(() => feeder.PassAsync(CancellationToken.None));
        await Assert.ThrowsAsync<RelayBlockedException>(() => feeder.PassAsync(CancellationToken.None));
        Assert.Empty(_bench.Broker.Records("t"));

        _bench.Journal.Replace(damaged, Entry(new StoredOutgoing("t", "test.said", null, null, null, "2026-11-26T10:00:00Z", "first"u8.ToArray())));
        await _bench.RunAsync();
        Assert.Equal(3, _bench.Broker.Records("t").Count);
        Assert.Equal("first", _bench.Broker.Data("t")[0]);
    }

    [Fact]
    public async Task A_long_replay_of_one_topic_does_not_hold_up_what_another_has_to_say_now()
    {
        Say(40, "a", "b");
        await _bench.RunAsync();
        _bench.Broker.Recreate("a");
        Say(1, "a", "b");
        var replayed = -1;
        _bench.Broker.Fault = records =>
        {
            replayed = replayed < 0 && records.Any(r => r.Topic == "b") ? _bench.Broker.Records("a").Count : replayed;
            return null;
        };
        await _bench.RunAsync();
        Assert.InRange(replayed, 0, 8);
        Assert.Equal(41, _bench.Broker.Records("a").Count);
        Assert.Equal(41, _bench.Broker.Records("b").Count);
    }

    [Fact]
    public async Task A_journal_without_outgoing_events_is_searched_once()
    {
        for (var i = 0; i < 50; i++)
        {
            _bench.Journal.Append("h/quiet");
        }

        await _bench.RunAsync();
        var reads = _bench.Journal.Reads;
        await _bench.RunAsync();
        Assert.Equal(reads + 1, _bench.Journal.Reads);
    }

    [Fact]
    public async Task Places_are_stored_at_intervals_not_after_every_page()
    {
        _bench.Options.StoreInterval = TimeSpan.FromMilliseconds(100);
        var feeder = _bench.NewFeeder();
        Say(40);
        var due = await feeder.PassAsync(CancellationToken.None);
        Assert.Equal((0, TimeSpan.FromMilliseconds(100)), (_bench.Store.Writes, due));
        _bench.Time.Advance(due!.Value);
        Assert.Equal(_bench.Options.TopicCheckInterval - due.Value, await feeder.PassAsync(CancellationToken.None));
        Assert.Equal(1, _bench.Store.Writes);
        Assert.Equal(40, _bench.Store.Place("t", _bench.Broker.Id("t")));
    }

    private static JournalEntry Entry(params StoredOutgoing[] outgoing) => new() { StateEvents = [], Positions = [], Outgoing = outgoing };

    /// <summary>Rows that say "topic + number" to each topic.</summary>
    private void Say(int rows, params string[] topics)
    {
        for (var i = 0; i < rows; i++)
        {
            string[] names = topics.Length == 0 ? ["t"] : topics;
            var n = _bench.Journal.Rows.Count(r => r.PersistenceId == $"h/{names[0]}") + 1;
            _bench.Journal.Append($"h/{names[0]}", outgoing: [.. names.Select(t => (t, $"{t}{n}"))]);
        }
    }
}
