using ActorEvents.Events;
using ActorEvents.Groups;
using ActorEvents.Handlers;
using ActorEvents.Journal;
using ActorEvents.Journal.Tail;
using ActorEvents.Relay;
using ActorEvents.Retries;
using ActorEvents.Sources;
using ActorEvents.Telemetry;
using Akka.Actor;
using Akka.Cluster;
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
    private static readonly TimeSpan StaleView = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PausePatience = TimeSpan.FromSeconds(10);
    private static readonly BlockedKeys NoneBlocked = new();
    private readonly ActorEventsBuilder _builder;
    private readonly JournalDatabase _journal;
    private readonly JournalTail _tail;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logging;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger _log;
    private readonly RepeatedErrors _waiting;
    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly NodeLife _life = new();
    private IReadOnlyList<IEventSource> _sources = [];
    private ActorSystem? _system;
    private IActorRef _group = ActorRefs.Nobody;
    private DataPath? _path;
    private StatusWatch? _watch;
    private ClusterClaim? _claim;
    private PoolWatch? _pool;
    private volatile string _waits = "joining the cluster";
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
        _waiting = new RepeatedErrors(time);
    }

    public NodeState State => _life.Now;

    /// <summary>Why the node cannot go on, if it cannot; the host has been asked to stop.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Completes when regions, relay and sources are started; fails with what stopped the start.</summary>
    public Task Running => _running.Task;

    /// <summary>What the last drain came to; null before it.</summary>
    internal GroupDrained? Drained { get; private set; }

    /// <summary>What the relay came to in the last drain; null before it or without a destination.</summary>
    internal RelayFlushed? Flushed { get; private set; }

    /// <summary>Events of this journal that a destination has refused and that stand in <c>ae_dead_letters</c>, at the last drain; null: the journal did not tell.</summary>
    internal long? SetAside { get; private set; }

    /// <summary>Keys of this node that do not go on.</summary>
    internal BlockedKeys Blocked => _path?.Blocked ?? NoneBlocked;

    internal IReadOnlyList<HandlerDefinition> Handlers => _builder.Handlers;

    public IReadOnlyList<IEventSource> Sources => _sources;

    public JournalDatabase Journal => _journal;

    /// <summary>The node as it was at its last look, at most seconds ago; null before the first. Nobody is asked and nothing is waited for.</summary>
    internal NodeView? View => _watch?.Last;

    /// <summary>The relay as it was at the node's last look, wherever it runs; null: there is none, or it did not answer.</summary>
    public RelayStatus? Relay => View?.Relay;

    /// <summary>Why the node is not ready; empty: it is.</summary>
    public IReadOnlyList<string> NotReady => State switch
    {
        NodeState.Running => View is not { } view ? ["starting: the first look at sources, journal and relay is under way"]
            : _time.GetElapsedTime(view.Taken) > StaleView ? [$"this node has not looked at its parts since {view.At:O}: its threads are busy"]
            : [.. view.Problems, .. _claim?.Problem is { } other ? [other] : (string[])[]],
        NodeState.Starting => [Failure?.Message ?? $"starting: {_waits}"],
        NodeState.Draining => ["draining: sources are stopped, what is under way is being finished"],
        _ => ["stopped"],
    };

    /// <summary>Lets a source, a lane or a handler type of this node stand still, or go on.</summary>
    /// <param name="name">Of the source or handler; of a lane its stream's.</param>
    /// <returns>Whether it stood still before.</returns>
    /// <exception cref="ArgumentException">There is none of that name; names those that are there.</exception>
    /// <exception cref="TimeoutException">No answer within ten seconds: the node stops, or its threads are busy. The same may be asked again.</exception>
    public async Task<bool> PauseAsync(PartKind kind, string name, bool paused, CancellationToken cancellationToken = default)
    {
        await Running.WaitAsync(cancellationToken);
        var answer = await Question.AskAsync<PartPaused>(_group, new PausePart(kind, name, paused), PausePatience, cancellationToken)
            ?? throw new TimeoutException($"'{name}' was not {(paused ? "paused" : "let go on")}: this node ({State}) did not answer within {PausePatience.TotalSeconds} s. Ask again.");
        if (answer.Problem is { } problem)
        {
            throw new ArgumentException(problem, nameof(name));
        }

        return answer.Was;
    }

    /// <summary>One entity as it is now, on whichever node it is; null: no answer.</summary>
    internal Task<EntityStatus?> EntityAsync(string handler, EntityKey key, CancellationToken cancellationToken) =>
        _path!.EntityAsync(handler, key, cancellationToken);

    /// <summary>Where a handler's entity is, and by which names sharding knows it; null: the node has no regions yet.</summary>
    internal (IActorRef Region, string EntityId, string Shard)? PlaceOf(string handler, EntityKey key) => _path?.PlaceOf(handler, key);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _system = _services.GetRequiredService<ActorSystem>();
        _pool = new PoolWatch(_time, _log);
        _starting = RunAsync(_system);
        _ = _journal.WentBack.ContinueWith(e => End(e.Result), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _life.Reach(NodeState.Draining);
        await _stopping.CancelAsync();
        await _starting;
        if (_running.Task.IsCompletedSuccessfully && Failure is null)
        {
            var deadline = _builder.Options.Flow.DrainTimeout;
            Drained = await AskAsync<GroupDrained>(_group, new DrainGroup(deadline), deadline + TimeSpan.FromSeconds(3), cancellationToken);
            if (_path?.Relay is { } relay)
            {
                deadline = _builder.Options.RelayDrainTimeout;
                Flushed = await AskAsync<RelayFlushed>(relay.Proxy, new FlushRelay(deadline), deadline + TimeSpan.FromSeconds(2), cancellationToken);
                SetAside = await CountSetAsideAsync(cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        _pool?.Dispose();
        _path?.Dispose();
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }

        if (_claim is not null)
        {
            await _claim.DisposeAsync();
        }

        await _tail.DisposeAsync();
        await _journal.DisposeAsync();
        _life.Reach(NodeState.Stopped);
        _stopping.Dispose();
    }

    private async Task<long?> CountSetAsideAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            return await _journal.DeadLetters.CountAsync(RelayRecords.RefusedStreams, stop.Token);
        }
        catch (Exception)
        {
            // The node stops all the same, and does not say that everything is published.
            return null;
        }
    }

    private async Task RunAsync(ActorSystem system)
    {
        try
        {
            _sources = _services.GetRequiredService<NodeSources>().All;
            await NameCheck.CheckAsync(_journal, _builder.Handlers, _sources, _builder.Options.Events.Forgotten, _stopping.Token);
            var members = await ClusterJoin.JoinAsync(system, _builder.Options, _journal, _sources, _time, Waits, _stopping.Token);
            _claim = new ClusterClaim(_journal.Cluster, () => ClusterClaim.ViewOf(Cluster.Get(system)), OnSecondCluster, _time, _log);
            _claim.Start();
            Cluster.Get(system).RegisterOnMemberRemoved(OnRemoved);
            LastToLeave.Watch(system, _time);
            system.ActorOf(MemberLog.Props(_log), "members");
            var handlers = system.ActorOf(HandlerWatch.Props(_builder.Handlers, _log), HandlerWatch.Name);
            await HandlerComparison.HeldBackByOthersAsync(system, members, _builder.Handlers, _time, _log, _stopping.Token);
            _path = await DataPath.StartAsync(system, _builder, _journal, _tail, _services, _time, _logging);
            var missing = await handlers.Ask<HandlerWatch.Missing>(HandlerWatch.Begin.Instance, _stopping.Token);
            _group = _path.StartGroup(_sources, missing: missing.Handlers);
            handlers.Tell(new HandlerWatch.Attach(_group));
            _path.StartSingletons(_sources, _group);
            _watch = new StatusWatch(_group, _path.Relay?.Proxy, _builder.Options.Relay.MaxBehind, _path.Blocked, _journal, _time, _log);
            _stopping.Token.ThrowIfCancellationRequested();
            _life.Reach(NodeState.Running);
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

    private void Waits(string what)
    {
        if (what != _waits && _waiting.IsWorthSaying("") && what.Length > 40)
        {
            Log.StillJoining(_log, what);
        }

        _waits = what;
    }

    private void OnSecondCluster(Exception failure)
    {
        if (!_stopping.IsCancellationRequested)
        {
            End(failure);
        }
    }

    /// <summary>The actor system ends by itself now, so there is nobody left to drain.</summary>
    private void OnRemoved()
    {
        if (!_stopping.IsCancellationRequested)
        {
            End(new RemovedFromClusterException(
                "This node was removed from its cluster: for some seconds it did not reach the others, or they not it, and of a divided cluster only the part goes on that has most "
                + "nodes (of two equal ones that with the lowest address). Nothing acknowledged is lost. Start it again; run at least three nodes if one may be lost."));
        }
    }

    /// <summary>Without a drain: what is under way cannot be finished.</summary>
    private void End(Exception failure)
    {
        Failure = failure;
        Log.NodeFailed(_log, failure.Message);
        _lifetime.StopApplication();
    }

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
}

/// <summary>The others go on without this node.</summary>
internal sealed class RemovedFromClusterException(string message) : Exception(message);
