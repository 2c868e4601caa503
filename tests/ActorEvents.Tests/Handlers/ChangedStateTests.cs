using System.Reflection;
using System.Reflection.Emit;
using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Journal;
using ActorEvents.Tests.Journal;
using ActorEvents.Tests.Sources;
using Akka.Actor;
using Akka.TestKit.Xunit2;

namespace ActorEvents.Tests.Handlers;

/// <summary>A property of the state was renamed, and after the restart 60 was 20: the snapshot had been read with a default in its place.</summary>
public sealed class ChangedStateTests() : TestKit("akka.loglevel = OFF")
{
    private static readonly StreamId Stream = new("s/t/0", "s/0");
    private static readonly EntityKey Key = new("k");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly SourceKit.RecordedLog _log = new();
    private long _next;

    [Fact]
    public async Task A_snapshot_of_another_shape_is_not_read_and_the_state_is_rebuilt_from_the_events()
    {
        await using var place = new SqliteTestJournal();
        await using var journal = await place.OpenAsync();
        await RunAsync(journal, new Adding<Balance>(new(0), (s, more) => new(s.Amount + more)), 3);

        // What is read now is the snapshot: without it the rows would be asked for.
        await place.ExecuteAsync("UPDATE journal SET message = x'00' WHERE sequence_number = 1");
        var same = new Adding<Balance>(new(0), (s, more) => new(s.Amount + more));
        await RunAsync(journal, same, 1);
        Assert.Equal(60, same.Before!.Amount);
    }

    [Fact]
    public async Task A_renamed_property_keeps_its_value()
    {
        await using var place = new SqliteTestJournal();
        await using var journal = await place.OpenAsync();
        await RunAsync(journal, new Adding<Balance>(new(0), (s, more) => new(s.Amount + more)), 3);

        var changed = new Adding<Renamed>(new(0), (s, more) => new(s.Sum + more));
        await RunAsync(journal, changed, 1);
        Assert.Equal(60, changed.Before!.Sum);
        Assert.Contains(_log.Lines, l => l.StartsWith("adding/k is rebuilt from its events", StringComparison.Ordinal));

        // The next snapshot is of the new shape.
        var again = new Adding<Renamed>(new(0), (s, more) => new(s.Sum + more));
        await RunAsync(journal, again, 1);
        Assert.Equal(80, again.Before!.Sum);
        Assert.Single(_log.Lines, l => l.Contains("is rebuilt", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("DELETE FROM journal WHERE sequence_number = 2")]
    [InlineData("DELETE FROM journal")]
    public async Task Where_rows_of_before_are_gone_the_key_waits_and_says_so(string gone)
    {
        await using var place = new SqliteTestJournal();
        await using var journal = await place.OpenAsync();
        await RunAsync(journal, new Adding<Balance>(new(0), (s, more) => new(s.Amount + more)), 3);
        await place.ExecuteAsync(gone);

        var blocked = new BlockedKeys();
        Watch(Start(journal, new Adding<Renamed>(new(0), (s, more) => new(s.Sum + more)), blocked));
        ExpectMsg<Terminated>(Patience);
        Assert.Contains("its snapshot is of another shape than the state's type now, and not all of its rows up to 3 are there", Assert.Single(blocked.All).Reason, StringComparison.Ordinal);
    }

    /// <summary>The derived type is made after the registration, which looks through what is loaded.</summary>
    [Fact]
    public async Task A_state_that_no_snapshot_could_hold_is_a_failure_of_the_event_and_not_a_crash_at_the_first_snapshot()
    {
        await using var place = new SqliteTestJournal();
        await using var journal = await place.OpenAsync();
        var blocked = new BlockedKeys();
        var entity = Start(journal, new Adding<Figure>(new Figure(), (_, _) => (Figure)Activator.CreateInstance(Late())!), blocked);
        entity.Tell(Deliver(), TestActor);
        await AwaitAssertAsync(() => Assert.Contains(
            "has a state of type Late, which would be written as Figure; put [JsonDerivedType(typeof(Late), \"a-name\")] on Figure", Assert.Single(blocked.All).Reason, StringComparison.Ordinal));
        entity.Tell(new GetEntityStatus(Key), TestActor);
        Assert.True(ExpectMsg<EntityStatus>(Patience).Blocked);
    }

    [Fact]
    public async Task A_state_that_cannot_be_written_costs_its_snapshot_and_nothing_else()
    {
        await using var place = new SqliteTestJournal();
        await using var journal = await place.OpenAsync();
        await RunAsync(journal, new Adding<Deep>(new(null), (s, _) => Enumerable.Range(0, 40).Aggregate(s, (inner, _) => new(inner))), 3);
        Assert.Contains(_log.Lines, l => l.StartsWith("Snapshot of adding/k was not saved (the journal has everything)", StringComparison.Ordinal));
    }

    private static Type Late() => AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("late"), AssemblyBuilderAccess.Run)
        .DefineDynamicModule("late").DefineType("Late", TypeAttributes.Public, typeof(Figure)).CreateType();

    private async Task RunAsync<T>(JournalDatabase journal, Adding<T> handler, int events)
        where T : notnull
    {
        var entity = Start(journal, handler, new BlockedKeys());
        for (var i = 0; i < events; i++)
        {
            entity.Tell(Deliver(), TestActor);
            ExpectMsg<Done>(Patience);
        }

        await entity.GracefulStop(Patience);
    }

    private IActorRef Start<T>(JournalDatabase journal, Adding<T> handler, BlockedKeys blocked)
        where T : notnull
    {
        var definition = new HandlerRegistration<T>("adding", handler, 1_024).StateEvent<More>("more").SnapshotEvery(1).Build();
        var context = new EntityContext(definition, journal.Entities, new Silent(), TimeProvider.System, _log, blocked);
        return Sys.ActorOf(Props.Create(() => new EntityActor(context, Key)));
    }

    private Deliver Deliver() => new(Key, Stream, [new EventEnvelope { Id = "1", Source = "/s", Type = "t", Key = "k", Position = new EventPosition(Stream, _next++) }]);

    public class Figure
    {
        public int At { get; init; }
    }

    private sealed record Balance(int Amount);

    private sealed record Renamed(int Sum);

    private sealed class Deep(Deep? inner)
    {
        public Deep? Inner { get; } = inner;
    }

    private sealed record More(int Amount);

    private sealed class Silent : IJournalSignal
    {
        public void Appended()
        {
        }
    }

    /// <summary>Each event adds 20.</summary>
    private sealed class Adding<T>(T initial, Func<T, int, T> add) : IEventHandler<T>
        where T : notnull
    {
        /// <summary>The state that the first event met.</summary>
        public T? Before { get; private set; }

        public T Initial => initial;

        public Decision Handle(T state, EventEnvelope envelope)
        {
            Before ??= state;
            return Decision.Persist(new More(20));
        }

        public T Apply(T state, object stateEvent) => add(state, ((More)stateEvent).Amount);
    }
}
