using System.Globalization;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Groups;
using ActorEvents.Hosting;
using ActorEvents.Relay;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using ActorEvents.Tests.Kafka;
using Akka.Actor;
using Akka.Cluster;
using Microsoft.Data.Sqlite;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>The data path of one or two nodes over a real journal, with what goes wrong on the way.</summary>
public sealed class Data_path : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-path-").FullName;
    private readonly SwitchHandler _handler = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_slow_handler_is_never_owed_more_than_the_credits()
    {
        const int Credits = 40;
        var source = new ListSource("list", 400, i => $"k{i % 20}") { Placement = SourcePlacement.Singleton };
        await using var node = await MiniNode.StartAsync(_folder, b =>
        {
            b.Options.Flow.MaxEvents = Credits;
            b.AddHandler("totals", _handler, h => h.StateEvent<Counted>("counted").WithDelay(TimeSpan.FromMilliseconds(20)));
            b.AddSource(source);
        });
        var (emitted, most) = (0, 0);
        void Seen(int count)
        {
            Volatile.Write(ref emitted, emitted + count);
            most = Math.Max(most, emitted - _handler.Handled);
        }

        var observer = node.System.ActorOf(Props.CreateBy(new Observing(Seen)));
        node.System.EventStream.Subscribe(observer, typeof(Emitted));

        // Only now: an observer that misses the first events would count fewer as owed than there are.
        node.Group.Tell(new AttachSource(source.Name));

        await node.WaitForAsync(source.Stream.Name, 400);
        await Poll.UntilAsync(() => Volatile.Read(ref emitted) == 400);

        Assert.InRange(most, 1, Credits);
        KeyedNumbers.Check(await node.RowsAsync(), 400, 20);
    }

    [Fact]
    public async Task A_journal_that_fails_for_a_while_loses_and_doubles_nothing()
    {
        var source = new ListSource("list", 2_000, i => $"k{i % 50}");
        await using var node = await StartAsync(source);
        await Poll.UntilAsync(() => _handler.Handled > 200);
        await SqlAsync("ALTER TABLE journal RENAME TO journal_away");
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        await SqlAsync("ALTER TABLE journal_away RENAME TO journal");

        await node.WaitForAsync(source.Stream.Name, 2_000);

        KeyedNumbers.Check(await node.RowsAsync(), 2_000, 50);
    }

    [Fact]
    public async Task Events_produced_again_with_the_same_origins_count_once()
    {
        var stream = StreamId.ForPartition("list", "list", "id", 0);
        var source = new ListSource("list", 600, stream, i => new EventEnvelope
        {
            // Positions 300 to 599 repeat what stands at 0 to 299.
            Id = (i % 300).ToString(CultureInfo.InvariantCulture),
            Source = "/list",
            Type = "number",
            Key = $"k{i % 300 % 10}",
            Origin = new EventOrigin("file", i % 300),
            Position = new EventPosition(stream, i),
            Size = 50,
        });
        await using var node = await StartAsync(source);

        await node.WaitForAsync(stream.Name, 600);

        KeyedNumbers.Check(await node.RowsAsync(), 300, 10);
    }

    [Fact]
    public async Task A_node_stopped_in_mid_stream_goes_on_where_it_was()
    {
        var source = new ListSource("list", 3_000, i => $"k{i % 30}");
        await using (await StartAsync(source))
        {
            await Poll.UntilAsync(() => _handler.Handled > 500);
        }

        await using var again = await StartAsync(source);
        await again.WaitForAsync(source.Stream.Name, 3_000);

        KeyedNumbers.Check(await again.RowsAsync(), 3_000, 30);
    }

    [Fact]
    public async Task Entities_handed_over_to_another_node_and_back_keep_order_and_count_once()
    {
        var source = new ListSource("list", 8_000, i => $"k{i % 100}");
        var elsewhere = new SwitchHandler();
        await using var first = await MiniNode.StartAsync(_folder, b => Slow(b, _handler).AddSource(source));
        var seed = Cluster.Get(first.System).SelfAddress;
        await Poll.UntilAsync(() => _handler.Handled > 100);
        await using (var second = await MiniNode.StartAsync(_folder, b =>
        {
            b.Options.Cluster.SeedNodes = [$"{seed.Host}:{seed.Port}"];
            Slow(b, elsewhere);
        }))
        {
            // Shards move to the second node while events flow, and back when it leaves.
            await Poll.UntilAsync(() => elsewhere.Handled > 100);
            await CoordinatedShutdown.Get(second.System).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);
        }

        await first.WaitForAsync(source.Stream.Name, 8_000, 120);

        KeyedNumbers.Check(await first.RowsAsync(), 8_000, 100);

        static ActorEventsBuilder Slow(ActorEventsBuilder builder, SwitchHandler handler)
        {
            builder.Options.Delivery.MaxEvents = 4;
            return builder.AddHandler("totals", handler, h => h.StateEvent<Counted>("counted").WithDelay(TimeSpan.FromMilliseconds(200)));
        }
    }

    /// <summary>An entity is on one of two nodes, so of two that are asked for it one asks over the wire.</summary>
    [Fact]
    public async Task An_entity_is_seen_alike_from_its_own_node_and_from_another()
    {
        const int Events = 400, Keys = 40;
        var source = new ListSource("list", Events, i => $"k{i % Keys}") { Placement = SourcePlacement.Singleton };
        var elsewhere = new SwitchHandler();

        // The last event of k7.
        _handler.Failing["367"] = elsewhere.Failing["367"] = true;
        await using var first = await MiniNode.StartAsync(_folder, b => Add(b, _handler).AddSource(source));
        var seed = Cluster.Get(first.System).SelfAddress;
        await using var second = await MiniNode.StartAsync(_folder, b =>
        {
            b.Options.Cluster.SeedNodes = [$"{seed.Host}:{seed.Port}"];
            Add(b, elsewhere);
        });

        // Its shards may be on both nodes only once the second one has answered.
        await second.EntityAsync("totals", "nobody");
        first.Group.Tell(new AttachSource(source.Name));
        await Poll.UntilAsync(async () => _handler.Handled + elsewhere.Handled >= Events - 1 && (await first.StatusAsync()).Lanes.Single().InFlight == 1);

        Assert.True(_handler.Handled > 0 && elsewhere.Handled > 0, "all entities are on one node");
        for (var k = 0; k < Keys; k++)
        {
            var (here, there) = (await first.EntityAsync("totals", $"k{k}"), await second.EntityAsync("totals", $"k{k}"));
            var failed = k == 7;
            Assert.Equal(("totals", $"k{k}", failed), (here.Handler, here.Key.Value, here.Blocked));
            Assert.Null(here.Unreadable);
            var position = Assert.Single(here.Positions);
            Assert.Equal((source.Stream.Name, (long)(Events - Keys + k - (failed ? Keys : 0))), (position.Stream, position.UpTo));
            Assert.Equal(here with { Positions = there.Positions }, there with { Deliveries = here.Deliveries });
            Assert.Equal(here.Positions.Select(p => (p.Stream, p.UpTo, p.Session)), there.Positions.Select(p => (p.Stream, p.UpTo, p.Session)));
        }

        static ActorEventsBuilder Add(ActorEventsBuilder builder, SwitchHandler handler) =>
            builder.AddHandler("totals", handler, h => h.StateEvent<Counted>("counted"));
    }

    [Fact]
    public async Task A_failing_event_holds_its_key_and_no_other_and_goes_on_in_order()
    {
        var source = new ListSource("list", 500, i => $"k{i % 5}");
        _handler.Failing["12"] = true;
        await using var node = await StartAsync(source);
        await Poll.UntilAsync(() => _handler.Handled >= 402 && node.Blocked.All.Count == 1);

        var held = Assert.Single(node.Blocked.All);
        Assert.Equal(("k2", "12"), (held.Key.Value, held.Event?.Id));
        Assert.Equal([2, 7], KeyedNumbers.Of(await node.RowsAsync())["totals/k2"]);

        _handler.Failing.Clear();
        await node.WaitForAsync(source.Stream.Name, 500);
        KeyedNumbers.Check(await node.RowsAsync(), 500, 5);
        Assert.Empty(node.Blocked.All);
    }

    [Fact]
    public async Task A_key_selector_that_throws_holds_the_stream_until_it_succeeds()
    {
        var broken = true;
        var source = new ListSource("list", 200, i => $"k{i % 5}");
        await using var node = await MiniNode.StartAsync(_folder, b => b.AddSource(source).AddHandler("totals", _handler, h => h
            .StateEvent<Counted>("counted")
            .KeyedBy(e => e.Id == "50" && Volatile.Read(ref broken) ? throw new InvalidOperationException("on purpose") : e.Key)));
        await Poll.UntilAsync(() => _handler.Handled == 50);
        await Poll.UntilAsync(async () => (await node.StatusAsync()).Problems.Any(p => p.StartsWith("handler totals on list/id/0: its key selector has failed ", StringComparison.Ordinal)));
        Volatile.Write(ref broken, false);

        await node.WaitForAsync(source.Stream.Name, 200);

        KeyedNumbers.Check(await node.RowsAsync(), 200, 5);
        Assert.Empty((await node.StatusAsync()).Problems);
    }

    [Fact]
    public async Task An_event_without_a_key_is_a_dead_letter_and_the_others_are_handled()
    {
        var stream = StreamId.ForPartition("list", "list", "id", 0);
        var source = new ListSource("list", 20, stream, i => new EventEnvelope
        {
            Id = i.ToString(CultureInfo.InvariantCulture),
            Source = "/list",
            Type = "number",
            Key = i == 7 ? null : "k",
            Position = new EventPosition(stream, i),
            Size = 50,
        });
        await using var node = await StartAsync(source);

        await node.WaitForAsync(stream.Name, 20);

        Assert.Equal(1, await node.Journal.CountDeadLettersAsync(CancellationToken.None));
        Assert.Equal(19, KeyedNumbers.Of(await node.RowsAsync()).Single().Value.Count);
    }

    /// <summary>Whatever a key selector says, but for what no database stores: it is handled, and what is said about it can be published and told apart.</summary>
    [Fact]
    public async Task Keys_with_control_characters_are_keys_as_others()
    {
        string[] keys = ["a\nb", "a\u0085b", "a%0Ab", "\u001B[31m", "a b", "\0"];
        var source = new ListSource("list", 60, i => keys[i % 6]);
        await using var node = await StartAsync(source);

        await node.WaitForAsync(source.Stream.Name, 60);

        var rows = await node.RowsAsync();
        Assert.Equal(keys[..5].Select(k => "totals/" + k).Order(StringComparer.Ordinal), KeyedNumbers.Of(rows).Keys.Order(StringComparer.Ordinal));
        Assert.Equal(10, await node.Journal.CountDeadLettersAsync(CancellationToken.None));
        var records = rows.SelectMany(r => r.Entry!.Outgoing.Select((_, i) => new RelayRecords("j", "/s", []).Make(r, i).Event)).ToList();
        Assert.All(records, r => Assert.True(RecordEncoder.TryEncodeBinary(r, out _, out var reason), reason));
        Assert.Equal(50, records.Select(r => r.Id).Distinct(StringComparer.Ordinal).Count());
    }

    private Task<MiniNode> StartAsync(ListSource source) => MiniNode.StartAsync(
        _folder, b => b.AddSource(source).AddHandler("totals", _handler, h => h.StateEvent<Counted>("counted")));

    private async Task SqlAsync(string sql)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder, "journal.db"), DefaultTimeout = 30, Pooling = false }.ToString());
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private sealed class Observing(Action<int> seen) : IIndirectActorProducer
    {
        public Type ActorType => typeof(Observer);

        public ActorBase Produce() => new Observer(seen);

        public void Release(ActorBase actor)
        {
        }
    }

    private sealed class Observer : UntypedActor
    {
        private readonly Action<int> _seen;

        public Observer(Action<int> seen) => _seen = seen;

        protected override void OnReceive(object message) => _seen(((Emitted)message).Events.Length);
    }
}
