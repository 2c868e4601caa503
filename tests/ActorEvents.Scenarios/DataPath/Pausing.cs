using ActorEvents.Groups;
using ActorEvents.Handlers;
using ActorEvents.Hosting;
using ActorEvents.Sources;
using ActorEvents.Tests.Kafka;
using Akka.Actor;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>Source, lane and handler type stand still under load and go on: nothing lost, nothing twice, order, and bounds meanwhile.</summary>
public sealed class Pausing : IDisposable
{
    private const int Events = 4_000;
    private const int Keys = 40;
    private const int Credits = 64;
    private const int Span = 256;
    private readonly string _folder = Directory.CreateTempSubdirectory("ae-pause-").FullName;
    private readonly SwitchHandler _first = new();
    private readonly SwitchHandler _second = new();
    private readonly ListSource _list = new("list", Events, i => $"k{i % Keys}");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(PartKind.Source)]
    [InlineData(PartKind.Lane)]
    public async Task A_source_or_lane_that_is_paused_emits_nothing_until_it_goes_on(PartKind kind)
    {
        var name = kind == PartKind.Source ? "list" : _list.Stream.Name;
        await using var node = await StartAsync();
        await Poll.UntilAsync(() => _first.Handled > 200);
        await node.PauseAsync(kind, name, true);

        // What is under way is settled and committed, and then nothing moves.
        await Poll.UntilAsync(async () => (await node.StatusAsync()).Lanes.Single() is { Paused: true, InFlight: 0 } lane && lane.Committed > 200);
        var (handled, lane) = (_first.Handled, (await node.StatusAsync()).Lanes.Single());
        for (var look = 0; look < 20; look++)
        {
            Assert.Equal(lane, (await node.StatusAsync()).Lanes.Single() with { Held = lane.Held, Owing = lane.Owing });
        }

        Assert.Equal(handled, _first.Handled);
        Assert.True(handled < Events, "it was paused too late");
        await node.PauseAsync(kind, name, false);
        await node.WaitForAsync(_list.Stream.Name, Events);
        KeyedNumbers.Check(await node.RowsAsync(), Events, Keys, "first");
        KeyedNumbers.Check(await node.RowsAsync(), Events, Keys, "second");
    }

    [Fact]
    public async Task Sources_that_wait_for_the_relay_emit_nothing_until_they_go_on()
    {
        await using var node = await StartAsync();
        await Poll.UntilAsync(() => _first.Handled > 200);
        node.Group.Tell(new HoldSource(true));
        await Poll.UntilAsync(async () => (await node.StatusAsync()).Lanes.Single() is { Paused: true, InFlight: 0 });
        var handled = _first.Handled;
        Assert.True(handled < Events, "it was held too late");
        for (var look = 0; look < 20; look++)
        {
            await node.StatusAsync();
        }

        Assert.Equal(handled, _first.Handled);
        node.Group.Tell(new HoldSource(false));
        await node.WaitForAsync(_list.Stream.Name, Events);
        KeyedNumbers.Check(await node.RowsAsync(), Events, Keys, "first");
    }

    [Fact]
    public async Task While_a_handler_is_paused_the_others_flow_within_their_bounds_and_it_misses_nothing()
    {
        await using var node = await StartAsync();
        await Poll.UntilAsync(() => _first.Handled > 200);
        await node.PauseAsync(PartKind.Handler, "first", true);
        await Poll.UntilAsync(async () =>
        {
            var status = await node.StatusAsync();
            Assert.All(status.Lanes, l => Assert.True(l.InFlight <= Credits && l.Tracked <= Span, $"{l}"));
            Assert.All(status.Subscriptions.Where(s => s.Handler == "first" && s.Paused), s => Assert.Equal(0, s.Unsettled));
            return _second.Handled >= Events;
        });
        var held = (await node.StatusAsync()).Lanes.Single();
        Assert.Equal(["first"], held.Held);
        Assert.True(_first.Handled < Events, "it was paused too late");
        Assert.InRange((await node.Journal.Positions.ReadAsync(_list.Stream.Name, CancellationToken.None))?.Next ?? 0, 0, Events - 1);

        await node.PauseAsync(PartKind.Handler, "first", false);
        await node.WaitForAsync(_list.Stream.Name, Events);
        KeyedNumbers.Check(await node.RowsAsync(), Events, Keys, "first");
        KeyedNumbers.Check(await node.RowsAsync(), Events, Keys, "second");
        Assert.Empty((await node.StatusAsync()).Lanes.Single().Held);
    }

    [Fact]
    public async Task A_handler_that_starts_paused_gets_everything_from_the_start_when_it_goes_on()
    {
        await using var node = await StartAsync(o => o.Events.PausedHandlers = ["first"]);
        await Poll.UntilAsync(() => _second.Handled >= Events);
        Assert.Equal(0, _first.Handled);
        await node.PauseAsync(PartKind.Handler, "first", false);
        await node.WaitForAsync(_list.Stream.Name, Events);
        KeyedNumbers.Check(await node.RowsAsync(), Events, Keys, "first");
        KeyedNumbers.Check(await node.RowsAsync(), Events, Keys, "second");
    }

    [Fact]
    public async Task A_source_that_starts_paused_reads_when_it_goes_on_and_a_wrong_name_is_refused_with_the_right_ones()
    {
        await using var node = await StartAsync(o => o.Events.PausedSources = ["list"]);
        await Poll.UntilAsync(async () => (await node.StatusAsync()).Lanes.Any(l => l.Paused));
        var refused = await node.Group.Ask<PartPaused>(new PausePart(PartKind.Source, "lits", false), TimeSpan.FromSeconds(20));
        Assert.Equal("There is no source 'lits' on this node; there are: list.", refused.Problem);
        Assert.Equal(0, _first.Handled);
        await node.PauseAsync(PartKind.Source, "list", false);
        await node.WaitForAsync(_list.Stream.Name, Events);
        KeyedNumbers.Check(await node.RowsAsync(), Events, Keys, "first");
    }

    private Task<MiniNode> StartAsync(Action<ActorEventsOptions>? configure = null) => MiniNode.StartAsync(_folder, b =>
    {
        b.Options.Flow.MaxEvents = Credits;
        b.Options.Flow.Span = Span;
        configure?.Invoke(b.Options);
        b.AddHandler("first", _first, h => h.StateEvent<Counted>("counted"));
        b.AddHandler("second", _second, h => h.StateEvent<Counted>("counted"));
        b.AddSource(_list);
    });
}
