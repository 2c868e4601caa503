using ActorEvents.Events;
using ActorEvents.Hosting;
using ActorEvents.Journal;
using ActorEvents.Observers;
using ActorEvents.Sources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorEvents.UserCode;

/// <summary>A host of one's own around the cart.</summary>
public static class CartHost
{
    /// <summary>Not started yet; it owns the journal.</summary>
    public static async Task<IHost> BuildAsync(string sqliteFile, IEventSource source)
    {
        var builder = Host.CreateApplicationBuilder();
        var journal = await JournalDatabase.OpenAsync(new JournalOptions { SqliteFile = sqliteFile }, TimeProvider.System, default);
        builder.Services.AddActorEvents(journal, events =>
        {
            CartHandler.Register(events);
            events.AddSource(source).ConfigureAkka((_, _) => { /* your own actors */ });
        });
        return builder.Build();
    }

    /// <summary>The next events of carts, as they flow by.</summary>
    public static async Task<IReadOnlyList<EventEnvelope>> WatchAsync(EventObservers observers, int count, CancellationToken stop)
    {
        var seen = new List<EventEnvelope>();
        await using var tail = observers.Observe("tail", new ObserverOptions { Types = ["cart.*"], MaxEvents = 1_000 });
        await foreach (var e in tail.ReadAllAsync(stop))
        {
            seen.Add(e);
            if (seen.Count == count)
            {
                break;
            }
        }

        return seen;
    }
}
