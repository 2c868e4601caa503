using ActorEvents.Events;
using ActorEvents.Groups;
using ActorEvents.Handlers;
using ActorEvents.Journal;
using ActorEvents.Journal.Tail;
using ActorEvents.Relay;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Hosting;

/// <summary>
/// The data path of one node, put together in this place alone: regions, relay, what wakes the followers of the journal, and the group over some sources.
/// The node, the scenarios and the benchmarks run what is made here.
/// </summary>
internal sealed class DataPath : IDisposable
{
    private readonly ActorSystem _system;
    private readonly ActorEventsBuilder _builder;
    private readonly JournalDatabase _journal;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logging;
    private readonly List<(HandlerDefinition Handler, IActorRef Region)> _regions = [];

    private DataPath(ActorSystem system, ActorEventsBuilder builder, JournalDatabase journal, TimeProvider time, ILoggerFactory logging) =>
        (_system, _builder, _journal, _time, _logging) = (system, builder, journal, time, logging);

    /// <summary>Keys of this node that do not go on.</summary>
    public BlockedKeys Blocked { get; } = new();

    /// <summary>Null: nothing is published.</summary>
    public RelayHandle? Relay { get; private set; }

    /// <summary>Regions by handler.</summary>
    public IReadOnlyList<(HandlerDefinition Handler, IActorRef Region)> Regions => _regions;

    /// <summary>What an actor system needs for it.</summary>
    public static Config Configuration(ActorEventsBuilder builder, JournalDatabase journal, IReadOnlyList<IEventSource> sources) => DeliverySerializer.Configuration
        .WithFallback(RelaySerializer.Configuration)
        .WithFallback(journal.AkkaConfig)
        .WithFallback(NodeHocon.For(builder.Options, NodeRoles.Of(builder, journal.JournalId, sources)));

    /// <summary>Starts regions and relay on a member of a cluster.</summary>
    /// <param name="services">What the destination is made from.</param>
    public static async Task<DataPath> StartAsync(
        ActorSystem system, ActorEventsBuilder builder, JournalDatabase journal, JournalTail tail, IServiceProvider services, TimeProvider time, ILoggerFactory logging)
    {
        var path = new DataPath(system, builder, journal, time, logging);
        path.Relay = builder.Destination is not { } destination ? null : RelayHandle.Start(system, new RelaySettings(
            journal.JournalId, tail, journal.Relay, journal.DeadLetters, () => destination(services), builder.Options.Relay, time, logging.CreateLogger("ActorEvents.Relay"))
        { Restores = journal.Restores, Role = NodeRoles.Relay });
        var signal = new AppendSignal(tail, path.Relay?.Signal);
        var sharding = ClusterSharding.Get(system);
        system.ActorOf(Props.Create(() => new LostDeliveries()), "lost-deliveries");
        foreach (var handler in builder.Handlers)
        {
            // By role: a coordinator on a node without that handler would never start.
            var settings = ClusterShardingSettings.Create(system).WithRole(NodeRoles.Handler(handler));
            var context = new EntityContext(handler, journal.Entities, signal, time, logging.CreateLogger($"ActorEvents.Handlers.{handler.Name}"), path.Blocked)
            {
                JournalSystem = journal.SystemName,
            };
            path._regions.Add((handler, await sharding.StartAsync(
                handler.StoredName, id => EntityRegion.Props(context, id), settings, new EntityRegion(builder.Options.Events.Shards), sharding.DefaultShardAllocationStrategy(settings), StopWhenDrained.Instance)));
        }

        return path;
    }

    /// <summary>Starts the group over some sources. Those that run on one node at a time wait until <see cref="StartSingletons"/> gives them to a node.</summary>
    /// <param name="missing">Handler types that other nodes have and this one lacks.</param>
    /// <exception cref="ArgumentException">The name of a source is malformed or reserved.</exception>
    /// <exception cref="InvalidOperationException">Two sources have one name or read the same, or what is to start paused is not there.</exception>
    public IActorRef StartGroup(IReadOnlyList<IEventSource> sources, string name = "events", IReadOnlyList<MissingHandler>? missing = null)
    {
        foreach (var source in sources)
        {
            SourceNames.Check(source.Name);
        }

        if (SourceConflicts.Problem(sources) is { } conflict)
        {
            throw new InvalidOperationException(conflict);
        }

        var options = _builder.Options;
        Known("paused-sources", options.Events.PausedSources, [.. sources.Select(s => s.Name)]);
        Known("paused-handlers", options.Events.PausedHandlers, [.. _regions.Select(r => r.Handler.Name)]);
        var settings = new GroupSettings(_regions, sources, _journal.Positions, _journal.DeadLetters, options.Flow, options.Delivery, _time, _logging)
        {
            Paused = [.. options.Events.PausedSources.Select(s => (PartKind.Source, s)), .. options.Events.PausedHandlers.Select(h => (PartKind.Handler, h))],
            Missing = missing ?? [],
        };
        return _system.ActorOf(Props.Create(() => new EventGroup(settings)), name);
    }

    /// <summary>Lets the cluster say on which node each of these sources runs.</summary>
    public void StartSingletons(IEnumerable<IEventSource> sources, IActorRef group)
    {
        foreach (var source in sources.Where(s => s.Placement == SourcePlacement.Singleton))
        {
            _system.ActorOf(
                ClusterSingletonManager.Props(
                    SingletonSlot.Props(source.Name, group, _builder.Options.Flow.DrainTimeout),
                    SingletonSlot.Release.Instance,
                    ClusterSingletonManagerSettings.Create(_system).WithSingletonName(source.Name).WithRole(NodeRoles.Source(source.Name))),
                $"source-{source.Name}");
        }
    }

    /// <summary>One entity as it is now, on whichever node it is; null: no answer.</summary>
    public Task<EntityStatus?> EntityAsync(string handler, EntityKey key, CancellationToken cancellationToken) => Question.AskAsync<EntityStatus>(
        _regions.Single(r => r.Handler.Name == handler).Region, new GetEntityStatus(key), Question.OfNode, cancellationToken);

    /// <summary>The region of a handler, and the names by which it knows an entity and its shard.</summary>
    public (IActorRef Region, string EntityId, string Shard) PlaceOf(string handler, EntityKey key)
    {
        var extractor = new EntityRegion(_builder.Options.Events.Shards);
        var id = EntityRegion.IdOf(key);
        return (_regions.Single(r => r.Handler.Name == handler).Region, id, extractor.ShardId(id));
    }

    /// <summary>The relay is notified no more.</summary>
    public void Dispose() => Relay?.Dispose();

    private static void Known(string setting, IReadOnlyList<string> names, string[] there)
    {
        if (names.FirstOrDefault(n => !there.Contains(n, StringComparer.Ordinal)) is { } unknown)
        {
            throw new InvalidOperationException($"events.{setting} names '{unknown}', which this node does not have; there are: {string.Join(", ", there)}.");
        }
    }

    /// <summary>Wakes whoever follows the journal: here, and the relay wherever it is.</summary>
    private sealed class AppendSignal(JournalTail tail, IJournalSignal? relay) : IJournalSignal
    {
        public void Appended()
        {
            tail.Wake();
            relay?.Appended();
        }
    }
}
