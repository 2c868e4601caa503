using ActorEvents.Handlers;
using ActorEvents.Journal.Stores;
using ActorEvents.Retries;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using ActorEvents.Telemetry;
using Akka.Actor;
using Akka.Streams;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Groups;

/// <summary>What the group of a node is made of.</summary>
internal sealed record GroupSettings(
    IReadOnlyList<(HandlerDefinition Handler, IActorRef Region)> Handlers,
    IReadOnlyList<IEventSource> Sources,
    IPositionStore Positions,
    IDeadLetterStore DeadLetters,
    FlowOptions Flow,
    DeliveryOptions Delivery,
    TimeProvider Time,
    ILoggerFactory Logging)
{
    /// <summary>Told why sources do not run.</summary>
    public SourceFailures Failures { get; init; } = new();
}

/// <summary>Singleton slot → group of its node: run this source here / no longer.</summary>
internal sealed record AttachSource(string Name);

internal sealed record DetachSource(string Name, TimeSpan Deadline);

internal sealed record SourceDetached(string Name);

/// <summary>
/// Host → group: stop all sources, drain their lanes until the deadline. Answered with <see cref="GroupDrained"/>, two seconds behind it at the latest.
/// </summary>
internal sealed record DrainGroup(TimeSpan Deadline);

/// <summary>What the drain of the node came to.</summary>
/// <param name="Unanswered">Sources that did not end in time (an unreachable broker); what they had under way is taken up again at the next start.</param>
internal sealed record GroupDrained(IReadOnlyList<SourceDrained> Sources, IReadOnlyList<string> Unanswered);

/// <summary>
/// Lanes and subscriptions of one node, one-for-all: if a subscription fails, all sessions end and everything starts again, as new actors, from the
/// committed positions. A source that fails starts again alone, with back-off.
/// </summary>
internal sealed class EventGroup : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Proven = TimeSpan.FromSeconds(10);

    private readonly GroupSettings _settings;
    private readonly ILogger _log;
    private readonly RepeatedErrors _errors;
    private readonly RepeatedErrors _restarts;
    private readonly ActorMaterializer _materializer = Context.System.Materializer();
    private readonly Dictionary<string, IEventSource> _wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IActorRef> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IActorRef> _detaching = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _failures = new(StringComparer.Ordinal);
    private readonly List<SourceDrained> _drained = [];
    private List<SubscriptionRef> _subscriptions = [];
    private HashSet<IActorRef> _stopping = [];
    private IActorRef _committer = ActorRefs.Nobody;
    private IActorRef _deadLetters = ActorRefs.Nobody;
    private IActorRef? _drainTo;
    private bool _running;
    private bool _draining;
    private int _generation;
    private int _groupFailures;

    public EventGroup(GroupSettings settings)
    {
        _settings = settings;
        _log = settings.Logging.CreateLogger("ActorEvents.Group");
        (_errors, _restarts) = (new RepeatedErrors(settings.Time), new RepeatedErrors(settings.Time));
        foreach (var source in settings.Sources.Where(s => s.Placement == SourcePlacement.EveryNode))
        {
            _wanted.Add(source.Name, source);
        }

        Receive<AttachSource>(m =>
        {
            if (_draining)
            {
                return;
            }

            _wanted[m.Name] = settings.Sources.Single(s => s.Name == m.Name);
            StartSources();
        });
        Receive<DetachSource>(m =>
        {
            _wanted.Remove(m.Name);
            _settings.Failures.Remove(m.Name);
            if (_sources.TryGetValue(m.Name, out var source))
            {
                _detaching[m.Name] = Sender;
                source.Tell(new DrainSource(m.Deadline));
            }
            else
            {
                Sender.Tell(new SourceDetached(m.Name));
            }
        });
        Receive<DrainGroup>(m =>
        {
            (_drainTo, _draining) = (Sender, true);
            _wanted.Clear();
            foreach (var source in _sources.Values)
            {
                source.Tell(new DrainSource(m.Deadline));
            }

            Timers.StartSingleTimer(DrainOver.Instance, DrainOver.Instance, m.Deadline + DrainGrace);
            FinishDrain();
        });
        Receive<DrainOver>(_ => AnswerDrain());
        Receive<SourceDrained>(m => _drained.Add(m));
        Receive<UnknownSession>(_ => Restart("?"));
        Receive<StartGroup>(_ => Start());
        Receive<StartSource>(_ => StartSources());
        Receive<SourceRuns>(m => _settings.Failures.Remove(m.Name));
        Receive<CalmAgain>(_ =>
        {
            _groupFailures = 0;
            foreach (var name in _sources.Keys)
            {
                _failures.Remove(name);
            }
        });
        Receive<Terminated>(OnTerminated);
        Timers.StartPeriodicTimer(CalmAgain.Instance, CalmAgain.Instance, Calm);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Start();

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e =>
    {
        var source = _sources.FirstOrDefault(s => s.Value.Equals(Sender)).Key;
        if (source is not null)
        {
            _settings.Failures.Add(source, e.Message.TrimEnd('.'));
        }

        if (_errors.IsWorthSaying(source ?? Sender.Path.Name))
        {
            Log.GroupMemberFailed(_log, Sender.Path.Name, e.Message);
        }

        return Directive.Stop;
    });

    private void Start()
    {
        _running = true;
        _generation++;
        _committer = Context.Watch(Context.ActorOf(
            Props.Create(() => new PositionCommitter(_settings.Positions, _settings.Flow.CommitInterval, _settings.Time, _log)), Name("committer")));
        _deadLetters = Context.Watch(Context.ActorOf(Props.Create(() => new DeadLetterWriter(_settings.DeadLetters, _log)), Name("dead-letters")));
        _subscriptions = [.. _settings.Handlers.Select((h, index) => new SubscriptionRef(
            index,
            h.Handler.Name,
            Context.Watch(Context.ActorOf(
                Props.Create(() => new HandlerSubscription(
                    index, h.Handler, h.Region, _deadLetters, _settings.Delivery, _settings.Time, _settings.Logging.CreateLogger($"ActorEvents.Subscriptions.{h.Handler.Name}"))),
                Name($"subscription-{h.Handler.Name}"))),
            h.Handler.Selector.Matches))];
        StartSources();
    }

    private void StartSources()
    {
        if (!_running)
        {
            return;
        }

        foreach (var (name, source) in _wanted)
        {
            if (_sources.ContainsKey(name) || Timers.IsTimerActive(name))
            {
                continue;
            }

            var context = new SourceContext(
                name, _subscriptions, _settings.Positions, _settings.DeadLetters, _settings.Flow, _settings.Time, _settings.Logging, _materializer)
            {
                Committer = _committer,
                DeadLetterWriter = _deadLetters,
                MessagingSystem = source.MessagingSystem,
                ConsumerGroup = source.ConsumerGroup,
            };
            _generation++;
            _sources[name] = Context.Watch(Context.ActorOf(source.Props(context), Name($"source-{name}")));
            Timers.StartSingleTimer((name, "runs"), new SourceRuns(name), Proven);
        }
    }

    private void OnTerminated(Terminated terminated)
    {
        var actor = terminated.ActorRef;
        _stopping.Remove(actor);
        var name = _sources.FirstOrDefault(s => s.Value.Equals(actor)).Key;
        if (name is not null)
        {
            _sources.Remove(name);
            Timers.Cancel((name, "runs"));
            if (_detaching.Remove(name, out var replyTo))
            {
                replyTo.Tell(new SourceDetached(name));
                StartSources();
            }
            else if (_wanted.ContainsKey(name) && _running)
            {
                var failures = _failures[name] = _failures.GetValueOrDefault(name) + 1;
                var pause = Backoff.After(failures, FirstBackoff, MaxBackoff);
                if (_restarts.IsWorthSaying(name))
                {
                    Log.SourceRestarts(_log, name, pause.TotalMilliseconds);
                }

                Timers.StartSingleTimer(name, StartSource.Instance, pause);
            }
        }
        else if (_subscriptions.Any(s => s.Actor.Equals(actor)) || actor.Equals(_committer) || actor.Equals(_deadLetters))
        {
            Restart(actor.Path.Name);
        }

        FinishDrain();
        if (!_running && _stopping.Count == 0 && !Timers.IsTimerActive(StartGroup.Instance))
        {
            Timers.StartSingleTimer(StartGroup.Instance, StartGroup.Instance, Backoff.After(_groupFailures, FirstBackoff, MaxBackoff));
        }
    }

    /// <summary>Stops every member; when all are gone, all start anew.</summary>
    private void Restart(string failed)
    {
        if (!_running)
        {
            return;
        }

        _running = false;
        _groupFailures++;
        Log.SubscriptionFailed(_log, failed, Backoff.After(_groupFailures, FirstBackoff, MaxBackoff).TotalMilliseconds);
        _stopping = [.. Context.GetChildren()];
        _subscriptions = [];
        foreach (var child in _stopping)
        {
            Context.Stop(child);
        }
    }

    private void FinishDrain()
    {
        if (_sources.Count == 0)
        {
            AnswerDrain();
        }
    }

    private void AnswerDrain()
    {
        _drainTo?.Tell(new GroupDrained([.. _drained], [.. _sources.Keys.Except(_drained.Select(d => d.Source))]));
        _drainTo = null;
    }

    private string Name(string role) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{role}-{_generation}");

    private sealed record StartGroup
    {
        public static StartGroup Instance { get; } = new();
    }

    private sealed record StartSource
    {
        public static StartSource Instance { get; } = new();
    }

    private sealed record DrainOver
    {
        public static DrainOver Instance { get; } = new();
    }

    private sealed record SourceRuns(string Name);

    private sealed record CalmAgain
    {
        public static CalmAgain Instance { get; } = new();
    }
}
