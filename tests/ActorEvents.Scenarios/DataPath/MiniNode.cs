using ActorEvents.Groups;
using ActorEvents.Handlers;
using ActorEvents.Hosting;
using ActorEvents.Journal;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Stores;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Scenarios.DataPath;

/// <summary>Lanes, subscriptions, regions and journal of one node, without host and relay.</summary>
internal sealed class MiniNode : IAsyncDisposable
{
    private MiniNode(ActorSystem system, JournalDatabase journal, IActorRef group, BlockedKeys blocked)
    {
        System = system;
        Journal = journal;
        Group = group;
        Blocked = blocked;
    }

    public ActorSystem System { get; }

    public JournalDatabase Journal { get; }

    public IActorRef Group { get; }

    public BlockedKeys Blocked { get; }

    public static async Task<MiniNode> StartAsync(string folder, Action<ActorEventsBuilder> configure, ILoggerFactory? logging = null)
    {
        var builder = new ActorEventsBuilder(new ActorEventsOptions());
        builder.Options.Delivery.ResendAfter = TimeSpan.FromMilliseconds(500);
        builder.Options.Flow.CommitInterval = TimeSpan.FromMilliseconds(20);
        configure(builder);
        var log = logging ?? NullLoggerFactory.Instance;
        var journal = await JournalDatabase.OpenAsync(new JournalOptions { SqliteFile = Path.Combine(folder, "journal.db") }, TimeProvider.System, CancellationToken.None);
        var config = NodeHocon.For(builder.Options, journal.JournalId).WithFallback(journal.AkkaConfig).WithFallback(ConfigurationFactory.ParseString("akka.loglevel = WARNING"))
            .WithFallback(ClusterSharding.DefaultConfig()).WithFallback(Akka.Cluster.Tools.Singleton.ClusterSingleton.DefaultConfig());
        var system = ActorSystem.Create(builder.Options.Cluster.Name, BootstrapSetup.Create().WithConfig(config).And(journal.AkkaSetup));
        var cluster = Cluster.Get(system);
        if (builder.Options.Cluster.SeedNodes.Count == 0)
        {
            cluster.Join(cluster.SelfAddress);
        }

        var up = new TaskCompletionSource();
        cluster.RegisterOnMemberUp(() => up.TrySetResult());
        await up.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var blocked = new BlockedKeys();
        var regions = new List<(HandlerDefinition, IActorRef)>();
        foreach (var handler in builder.Handlers)
        {
            var context = new EntityContext(handler, new Silent(), TimeProvider.System, log.CreateLogger(handler.Name), blocked);
            var sharding = ClusterSharding.Get(system);
            regions.Add((handler, await sharding.StartAsync(
                handler.Name, id => EntityRegion.Props(context, id), ClusterShardingSettings.Create(system), new EntityRegion(builder.Options.Shards),
                sharding.DefaultShardAllocationStrategy(ClusterShardingSettings.Create(system)), StopWhenDrained.Instance)));
        }

        var sources = builder.Sources.Select(s => s(null!)).ToArray();
        var group = system.ActorOf(
            Props.Create(() => new EventGroup(new GroupSettings(
                regions, sources, journal.Positions, journal.DeadLetters, builder.Options.Flow, builder.Options.Delivery, TimeProvider.System, log))), "events");
        return new MiniNode(system, journal, group, blocked);
    }

    /// <summary>All rows of the journal, in commit order.</summary>
    public async Task<List<JournalRow>> RowsAsync()
    {
        var rows = new List<JournalRow>();
        while (true)
        {
            var page = await Journal.Reader.ReadAsync(rows.Count == 0 ? 0 : rows[^1].Ordering, 500, CancellationToken.None);
            if (page.Count == 0)
            {
                return rows;
            }

            rows.AddRange(page);
        }
    }

    public async Task WaitForAsync(string stream, long committed, int seconds = 60)
    {
        var until = Environment.TickCount64 + (seconds * 1000L);
        CommittedPosition? last = null;
        while (Environment.TickCount64 < until)
        {
            last = await Journal.Positions.ReadAsync(stream, CancellationToken.None);
            if (last?.Next >= committed)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        throw new TimeoutException($"{stream} is committed up to {last?.Next}, not {committed}, after {seconds} s");
    }

    public async ValueTask DisposeAsync()
    {
        await System.Terminate();
        await Journal.DisposeAsync();
    }

    private sealed class Silent : IJournalSignal
    {
        public void Appended()
        {
        }
    }
}
