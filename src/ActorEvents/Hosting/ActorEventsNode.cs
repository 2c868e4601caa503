using System.Globalization;
using ActorEvents.Groups;
using ActorEvents.Handlers;
using ActorEvents.Journal;
using ActorEvents.Journal.Tail;
using ActorEvents.Relay;
using ActorEvents.Sources;
using ActorEvents.Telemetry;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Singleton;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Hosting;

/// <summary>
/// The node as its host sees it. Start: join the cluster, start regions, relay, group. Stop: readiness falls, sources drain and with them the handlers,
/// the relay flushes; then the actor system leaves the cluster.
/// </summary>
public sealed class ActorEventsNode : IHostedLifecycleService
{
    private static readonly TimeSpan MembersTimeout = TimeSpan.FromSeconds(30);
    private readonly ActorEventsBuilder _builder;
    private readonly JournalDatabase _journal;
    private readonly JournalTail _tail;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logging;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger _log;
    private readonly BlockedKeys _blocked = new();
    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly SourceFailures _failures = new();
    private IReadOnlyList<IEventSource> _sources = [];
    private ActorSystem? _system;
    private IActorRef _group = ActorRefs.Nobody;
    private RelayHandle? _relay;
    private Task _starting = Task.CompletedTask;

    public ActorEventsNode(
        ActorEventsBuilder builder,
        JournalDatabase journal,
        JournalTail tail,
        IServiceProvider services,
        TimeProvider time,
        ILoggerFactory logging,
        IHostApplicationLifetime lifetime)
    {
        _builder = builder;
        _journal = journal;
        _tail = tail;
        _services = services;
        _time = time;
        _logging = logging;
        _lifetime = lifetime;
        _log = logging.CreateLogger("ActorEvents.Node");
    }

    public NodeState State { get; private set; } = NodeState.Starting;

    /// <summary>Why the node cannot go on, if it cannot; the host has been asked to stop.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Completes when regions, relay and sources are started; fails with what stopped the start.</summary>
    public Task Running => _running.Task;

    /// <summary>What the last drain came to; null before it.</summary>
    internal GroupDrained? Drained { get; private set; }

    /// <summary>What the relay came to in the last drain; null before it or without a destination.</summary>
    internal RelayFlushed? Flushed { get; private set; }

    /// <summary>Keys of this node that do not go on.</summary>
    internal BlockedKeys Blocked => _blocked;

    internal IReadOnlyList<HandlerDefinition> Handlers => _builder.Handlers;

    public IReadOnlyList<IEventSource> Sources => _sources;

    public JournalDatabase Journal => _journal;

    /// <summary>The relay's state, or null (no destination, or no answer within 3 s).</summary>
    public async Task<RelayStatus?> RelayStatusAsync(CancellationToken cancellationToken)
    {
        if (_relay is null)
        {
            return null;
        }

        try
        {
            return await _relay.Proxy.Ask<RelayStatus>(GetRelayStatus.Instance, TimeSpan.FromSeconds(3), cancellationToken);
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    /// <summary>Why the node is not ready; empty: it is.</summary>
    public IReadOnlyList<string> NotReady => State switch
    {
        NodeState.Running => [.. _sources.Where(s => s is ISourceProblem { Problem: not null }).Select(s => $"source {s.Name}: {((ISourceProblem)s).Problem}"), .. _failures.All],
        NodeState.Starting => [Failure?.Message ?? "starting: joining the cluster and starting sources"],
        NodeState.Draining => ["draining: sources are stopped, what is under way is being finished"],
        _ => ["stopped"],
    };

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _system = _services.GetRequiredService<ActorSystem>();
        _starting = RunAsync(_system);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        State = NodeState.Draining;
        await _stopping.CancelAsync();
        await _starting;
        if (_running.Task.IsCompletedSuccessfully && Failure is null)
        {
            var deadline = _builder.Options.Flow.DrainTimeout;
            Drained = await AskAsync<GroupDrained>(_group, new DrainGroup(deadline), deadline + TimeSpan.FromSeconds(3), cancellationToken);
            if (_relay is not null)
            {
                deadline = _builder.Options.RelayDrainTimeout;
                Flushed = await AskAsync<RelayFlushed>(_relay.Proxy, new FlushRelay(deadline), deadline + TimeSpan.FromSeconds(2), cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        _relay?.Dispose();
        await _tail.DisposeAsync();
        await _journal.DisposeAsync();
        State = NodeState.Stopped;
        _stopping.Dispose();
    }

    private async Task RunAsync(ActorSystem system)
    {
        try
        {
            await JoinAsync(system, _stopping.Token);
            Cluster.Get(system).RegisterOnMemberRemoved(OnRemoved);
            var sharding = ClusterSharding.Get(system);
            _relay = _builder.Destination is null ? null : RelayHandle.Start(system, new RelaySettings(
                _journal.JournalId, _tail, _journal.Relay, _journal.DeadLetters, () => _builder.Destination(_services), _builder.Options.Relay, _time,
                _logging.CreateLogger("ActorEvents.Relay")));
            var signal = new AppendSignal(_tail, _relay?.Signal);
            var extractor = new EntityRegion(_builder.Options.Shards);
            var regions = new List<(HandlerDefinition, IActorRef)>();
            foreach (var handler in _builder.Handlers)
            {
                var context = new EntityContext(handler, signal, _time, _logging.CreateLogger($"ActorEvents.Handlers.{handler.Name}"), _blocked)
                {
                    JournalSystem = _journal.SystemName,
                };
                var region = await sharding.StartAsync(
                    handler.Name, entityId => EntityRegion.Props(context, entityId), ClusterShardingSettings.Create(system), extractor,
                    sharding.DefaultShardAllocationStrategy(ClusterShardingSettings.Create(system)), StopWhenDrained.Instance);
                regions.Add((handler, region));
            }

            _sources = [.. _builder.Sources.Select(s => s(_services))];
            if (_sources.CountBy(s => s.Name, StringComparer.Ordinal).FirstOrDefault(n => n.Value > 1) is { Value: > 1, Key: var twice })
            {
                throw new InvalidOperationException($"Two sources are called '{twice}': positions stand under a source's name. Give one another name.");
            }

            _group = system.ActorOf(
                Props.Create(() => new EventGroup(new GroupSettings(
                    regions, _sources, _journal.Positions, _journal.DeadLetters, _builder.Options.Flow, _builder.Options.Delivery, _time, _logging)
                {
                    Failures = _failures,
                })),
                "events");
            foreach (var source in _sources.Where(s => s.Placement == SourcePlacement.Singleton))
            {
                system.ActorOf(
                    ClusterSingletonManager.Props(
                        SingletonSlot.Props(source.Name, _group, _builder.Options.Flow.DrainTimeout),
                        SingletonSlot.Release.Instance,
                        ClusterSingletonManagerSettings.Create(system).WithSingletonName(source.Name)),
                    $"source-{source.Name}");
            }

            _stopping.Token.ThrowIfCancellationRequested();
            State = NodeState.Running;
            _running.SetResult();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _running.TrySetCanceled(_stopping.Token);
        }
        catch (Exception e)
        {
            Failure = e;
            Log.NodeFailed(_log, e.Message);
            _running.TrySetException(e);
            _lifetime.StopApplication();
        }
    }

    /// <summary>The actor system ends by itself now, so there is nobody left to drain.</summary>
    private void OnRemoved()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        Failure = new RemovedFromClusterException(
            "This node was removed from its cluster: for some seconds it did not reach the others, or they not it, and of a divided cluster only the part goes on that has most "
            + "nodes (of two equal ones that with the lowest address). Nothing acknowledged is lost. Start it again; run at least three nodes if one may be lost.");
        Log.NodeFailed(_log, Failure.Message);
        _lifetime.StopApplication();
    }

    /// <summary>Joins and compares journals and numbers of shards: nodes of one cluster share them.</summary>
    private async Task JoinAsync(ActorSystem system, CancellationToken cancellationToken)
    {
        var cluster = Cluster.Get(system);
        if (_builder.Options.Cluster.SeedNodes.Count == 0)
        {
            cluster.Join(cluster.SelfAddress);
        }

        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.RegisterOnMemberUp(() => up.TrySetResult());
        await up.Task.WaitAsync(cancellationToken);

        // Asked for: what cluster.State shows lags behind, and may still be empty. The oldest decides, so that one wrong node turns away none that are right.
        using var inbox = Inbox.Create(system);
        cluster.SendCurrentClusterState(inbox.Receiver);
        var state = await inbox.ReceiveAsync(MembersTimeout).WaitAsync(cancellationToken) as ClusterEvent.CurrentClusterState
            ?? throw new TimeoutException($"The cluster's members are not known {MembersTimeout.TotalSeconds:0} s after this node became one of them. Start it again.");
        var oldest = state.Members.Aggregate((a, b) => b.IsOlderThan(a) ? b : a);
        var journal = RoleOf(oldest, NodeHocon.JournalRolePrefix);
        if (journal != _journal.JournalId)
        {
            throw new JournalMismatchException(
                $"This node's journal is {_journal.JournalId} ({_journal.Description}), but {oldest.Address} works on {journal}: "
                + "all nodes of a cluster share one journal. Give this node the same journal settings, or other seed nodes.");
        }

        var shards = RoleOf(oldest, NodeHocon.ShardsRolePrefix);
        if (shards != _builder.Options.Shards.ToString(CultureInfo.InvariantCulture))
        {
            throw new ShardsMismatchException(
                $"events.shards = {_builder.Options.Shards} on this node, but {oldest.Address} has {shards}: it is the same on all nodes of a cluster. "
                + "Give this node their number, or stop all of them to change it.");
        }
    }

    private static string RoleOf(Member member, string prefix) =>
        member.Roles.FirstOrDefault(r => r.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..] ?? "none";

    private async Task<T?> AskAsync<T>(IActorRef actor, object message, TimeSpan timeout, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await actor.Ask<T>(message, timeout, cancellationToken);
        }
        catch (Exception e) when (e is AskTimeoutException or OperationCanceledException)
        {
            Log.StepTimedOut(_log, message.GetType().Name, timeout.TotalSeconds);
            return null;
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

/// <summary>Two nodes of one cluster work on different journals.</summary>
internal sealed class JournalMismatchException(string message) : Exception(message);

/// <summary>Two nodes of one cluster divide keys into different numbers of shards.</summary>
internal sealed class ShardsMismatchException(string message) : Exception(message);

/// <summary>The others go on without this node.</summary>
internal sealed class RemovedFromClusterException(string message) : Exception(message);
