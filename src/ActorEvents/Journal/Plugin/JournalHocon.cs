using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Schema;
using Akka.Configuration;
using Akka.Persistence.Sql;

namespace ActorEvents.Journal.Plugin;

/// <summary>Akka's side of the journal.</summary>
internal static class JournalHocon
{
    public const string JournalPluginId = "akka.persistence.journal.sql";

    public const string SnapshotPluginId = "akka.persistence.snapshot-store.sql";

    /// <summary>Serializer and bindings alone, for tests that bring another journal.</summary>
    public static Config Serializers => ConfigurationFactory.ParseString($$"""
        akka.actor {
          serializers.actor-events-journal = "{{typeof(JournalSerializer).AssemblyQualifiedName}}"
          serialization-identifiers."{{typeof(JournalSerializer).AssemblyQualifiedName}}" = {{JournalSerializer.Id}}
          serialization-bindings {
            "{{typeof(JournalEntry).AssemblyQualifiedName}}" = actor-events-journal
            "{{typeof(EntitySnapshot).AssemblyQualifiedName}}" = actor-events-journal
          }
        }
        """);

    public static Config For(Dialect dialect)
    {
        var sqlite = dialect is SqliteDialect;
        return ConfigurationFactory.ParseString($$"""
            akka.persistence {
              max-concurrent-recoveries = 32
              journal.plugin = "{{JournalPluginId}}"
              journal.sql {
                {{Common(dialect)}}
                # The unique index is the fence: every stored row is valid, and a filter that "repairs" would lose.
                replay-filter.mode = off
                # SQLite has one writer; three would only wait for each other. On PostgreSQL the journal's lock makes writers take turns, too,
                # but one can send while the other commits.
                parallelism = {{(sqlite ? 1 : 2)}}
                batch-size = 200
                # One entry an entity that appends. The credits of the lanes bound them; an overflow would fail entities that did nothing wrong.
                buffer-size = 65536
                # Multi-row inserts as parameters: no text of megabytes to build and parse.
                prefer-parameters-on-multirow-insert = true
                replay-batch-size = 100
                # Out of the write path: it counts entities, not calls, and what it times out may still commit. A slow disk is not an outage.
                circuit-breaker { max-failures = 1000000, call-timeout = 300s, reset-timeout = 1s }
                # An entity that wakes in a failover waits for its turn at the journal.
                recovery-event-timeout = 120s
              }
              snapshot-store.plugin = "{{SnapshotPluginId}}"
              snapshot-store.sql {
                {{Common(dialect)}}
                circuit-breaker { max-failures = 1000000, call-timeout = 300s, reset-timeout = 1s }
              }
            }
            # SQLite's calls block; entities must not wait for a thread because of it.
            actor-events.journal-dispatcher {
              type = ForkJoinDispatcher
              throughput = 10
              dedicated-thread-pool { thread-count = 4, threadtype = background }
            }
            """)
            .WithFallback(Serializers)
            .WithFallback(SqlPersistence.DefaultConfiguration);
    }

    private static string Common(Dialect dialect) => $"""
        provider-name = "{dialect.ProviderName}"
        auto-initialize = off
        table-mapping = default
        plugin-dispatcher = actor-events.journal-dispatcher
        materializer-dispatcher = actor-events.journal-dispatcher
        {(dialect is SqliteDialect ? ReadWithoutWriteLock : "")}
        """;

    // Microsoft.Data.Sqlite begins a transaction with BEGIN IMMEDIATE, which takes the write lock, unless this level is asked for: then it is a plain
    // BEGIN. Without a shared cache nothing is read that is not committed.
    private const string ReadWithoutWriteLock = "read-isolation-level = read-uncommitted";
}
