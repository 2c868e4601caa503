using ActorEvents.Handlers;
using ActorEvents.Hosting;
using ActorEvents.Journal;
using ActorEvents.Journal.Stores;
using ActorEvents.Sources;
using ActorEvents.Sources.Timers;
using ActorEvents.Tests.Handlers;
using ActorEvents.Tests.Journal;
using TestJournal = ActorEvents.Tests.Journal.TestJournal;

namespace ActorEvents.Tests.Hosting;

/// <summary>A handler or source that was renamed began from nothing, and nothing said so.</summary>
public abstract class NameFacts
{
    protected abstract Task<TestJournal> NewAsync();

    [SkippableFact]
    public async Task A_handler_under_a_new_name_is_refused_while_the_old_one_s_entities_have_nobody()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await EntityJournalFacts.WriteAsync(journal, "basket/k/1", 1, EntityJournalFacts.Entry("1"));
        await StartAsync(journal, ["basket"], []);

        var refused = await Assert.ThrowsAsync<RenamedException>(() => StartAsync(journal, ["cart", "coupon"], []));
        Assert.Equal(
            "The journal has no entities of handler 'cart', 'coupon', but some of 'basket', which this node does not have. If it was renamed, register it with .FormerName(\"basket\"), "
            + "and it goes on with them. If it is gone for good, say so: events.forgotten = [\"basket\"] (Options.Events.Forgotten).",
            refused.Message);

        await StartAsync(journal, ["cart"], [], formerly: "basket");
        await StartAsync(journal, [], []);
        await StartAsync(journal, ["basket", "coupon"], []);

        // Both are known by now: the version before, without the one, goes on.
        await StartAsync(journal, ["coupon"], []);
        await StartAsync(journal, ["coupon", "cart"], [], forgotten: "basket");
    }

    [SkippableFact]
    public async Task A_source_under_a_new_name_is_refused_while_the_old_one_s_positions_have_nobody()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await journal.Positions.RaiseAsync([new CommittedPosition("till/id/0", 5)], CancellationToken.None);
        await StartAsync(journal, [], ["till"]);

        var refused = await Assert.ThrowsAsync<RenamedException>(() => StartAsync(journal, [], ["tills"]));
        Assert.Contains("The journal has no positions of source 'tills', but some of 'till'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("give it its former name 'till' back", refused.Message, StringComparison.Ordinal);
        Assert.Contains("events.forgotten = [\"till\"]", refused.Message, StringComparison.Ordinal);
        await StartAsync(journal, [], ["tills"], forgotten: "till");
    }

    /// <summary>The version before did not note names: they follow from what it has left.</summary>
    [SkippableFact]
    public async Task The_names_of_a_journal_that_noted_none_are_found_in_it()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await EntityJournalFacts.WriteAsync(journal, "basket/k", 1, EntityJournalFacts.Entry("1"));
        await EntityJournalFacts.WriteAsync(journal, "a host's own actor", 1, EntityJournalFacts.Entry("1"));
        await journal.Positions.RaiseAsync([new CommittedPosition("till/id/0", 5), new CommittedPosition("till/id/1", 5)], CancellationToken.None);

        await Assert.ThrowsAsync<RenamedException>(() => StartAsync(journal, ["cart"], []));
        await Assert.ThrowsAsync<RenamedException>(() => StartAsync(journal, [], ["tills"]));
        await StartAsync(journal, ["basket"], ["till"]);
        var known = await journal.Names.ReadAsync(CancellationToken.None);
        Assert.Equal((true, "basket", "till"), (known.Noted, Assert.Single(known.Handlers), Assert.Single(known.Sources)));
    }

    [SkippableFact]
    public async Task What_never_had_anything_may_be_called_otherwise()
    {
        await using var place = await NewAsync();
        await using var journal = await place.OpenAsync();
        await StartAsync(journal, ["basket"], ["till"]);
        await StartAsync(journal, ["cart"], ["tills"]);
    }

    private static async Task StartAsync(JournalDatabase journal, string[] handlers, string[] sources, string? formerly = null, params string[] forgotten)
    {
        var definitions = handlers.Select(h =>
        {
            var registration = new HandlerRegistration<Sum>(h, new Emitter(_ => Decision.Nothing), 1_024);
            return (formerly is null ? registration : registration.FormerName(formerly)).Build();
        });
        await NameCheck.CheckAsync(journal, [.. definitions], [.. sources.Select(s => (IEventSource)new TimerSource(s, TimeSpan.FromHours(1), "tick"))], forgotten, CancellationToken.None);

        // The writer keeps the order: what was noted is there now.
        await journal.Relay.TakeLeaseAsync(CancellationToken.None);
    }
}

public sealed class SqliteNameTests : NameFacts
{
    protected override Task<TestJournal> NewAsync() => Task.FromResult<TestJournal>(new SqliteTestJournal());

    [Fact]
    public void An_entity_s_id_keeps_the_former_name_and_two_handlers_do_not_share_one()
    {
        var builder = new ActorEventsBuilder(new ActorEventsOptions());
        builder.AddHandler("cart", new Emitter(_ => Decision.Nothing), h => h.FormerName("basket"));
        Assert.Equal("basket/k", builder.Handlers[0].PersistenceId(new("k")));
        Assert.Contains("would share the entities of 'basket'", Assert.Throws<ArgumentException>(() => builder.AddHandler("basket", new Emitter(_ => Decision.Nothing), _ => { })).Message, StringComparison.Ordinal);
    }

    /// <summary>What the relay sets aside stands in streams <c>relay/…</c>.</summary>
    [Fact]
    public void A_source_is_not_called_relay() =>
        Assert.Contains("'relay' is reserved", Assert.Throws<ArgumentException>(() => new TimerSource("relay", TimeSpan.FromHours(1), "tick")).Message, StringComparison.Ordinal);
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresNameTests(PostgresFixture postgres) : NameFacts
{
    protected override async Task<TestJournal> NewAsync() => new PostgresTestJournal(await postgres.NewDatabaseAsync());
}
