using ActorEvents.Journal;
using ActorEvents.Journal.Schema;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Sql;
using LinqToDB;
using Microsoft.Data.Sqlite;

namespace ActorEvents.Benchmarks.Durable;

/// <summary>Akka.Persistence.Sql as it comes, on tables that it makes itself: one persistent actor a key, one Persist an event, no sharding between.</summary>
internal sealed class StockJournal : IAsyncDisposable
{
    private readonly ActorSystem _system;
    private readonly IActorRef[] _entities;

    private StockJournal(ActorSystem system, IActorRef[] entities)
    {
        _system = system;
        _entities = entities;
    }

    public static async Task<StockJournal> StartAsync(JournalOptions options, int keys)
    {
        var (provider, connection) = (ProviderName.PostgreSQL15, options.ConnectionString!);
        if (options.Provider == JournalProvider.Sqlite)
        {
            (provider, connection) = (ProviderName.SQLiteMS, $"Data Source={options.SqliteFile}");
            await using var file = new SqliteConnection(connection);
            await file.OpenAsync();
            await using var wal = file.CreateCommand();
            wal.CommandText = "PRAGMA journal_mode = WAL";
            await wal.ExecuteNonQueryAsync();
        }

        var system = ActorSystem.Create("stock", ConfigurationFactory.ParseString($$"""
            akka.loglevel = WARNING
            akka.persistence.journal {
              plugin = "akka.persistence.journal.sql"
              sql { provider-name = "{{provider}}", connection-string = "{{connection}}" }
            }
            akka.persistence.snapshot-store {
              plugin = "akka.persistence.snapshot-store.sql"
              sql { provider-name = "{{provider}}", connection-string = "{{connection}}" }
            }
            """).WithFallback(SqlPersistence.DefaultConfiguration));
        IActorRef[] entities = [.. Enumerable.Range(0, keys).Select(k => system.ActorOf(Props.Create(() => new Entity($"stock-key-{k}"))))];

        // Recovered before anything is timed: a persistent actor answers only then.
        await Task.WhenAll(entities.Select(e => e.Ask<Persisted>(new byte[1], TimeSpan.FromSeconds(60))));
        return new StockJournal(system, entities);
    }

    /// <summary>Returns when all are persisted.</summary>
    public async Task RunAsync(int events, int inFlight, byte[] message)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _system.ActorOf(Props.Create(() => new Driver(_entities, events, inFlight, message, done)));
        await done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _system.Terminate();
        SqliteConnection.ClearAllPools();
    }

    private sealed record Persisted
    {
        public static Persisted Instance { get; } = new();
    }

    private sealed class Entity(string id) : UntypedPersistentActor
    {
        public override string PersistenceId => id;

        protected override void OnRecover(object message)
        {
            // Keeps nothing.
        }

        protected override void OnCommand(object message)
        {
            if (message is byte[] data)
            {
                var replyTo = Sender;
                Persist(data, _ => replyTo.Tell(Persisted.Instance));
            }
        }
    }

    private sealed class Driver(IActorRef[] entities, int events, int inFlight, byte[] message, TaskCompletionSource done) : UntypedActor
    {
        private int _sent;
        private int _persisted;

        protected override void PreStart()
        {
            while (_sent < Math.Min(events, inFlight))
            {
                Send();
            }
        }

        protected override void OnReceive(object received)
        {
            if (received is Persisted && ++_persisted == events)
            {
                done.TrySetResult();
                Context.Stop(Self);
            }
            else if (_sent < events)
            {
                Send();
            }
        }

        private void Send() => entities[_sent++ % entities.Length].Tell(message, Self);
    }
}
