using System.Runtime.InteropServices;
using ActorEvents.Retries;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using ActorEvents.Telemetry;
using Akka.Actor;
using Akka.Streams;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Groups;

/// <summary>
/// Lanes and subscriptions of one node, one-for-all: if a subscription fails, all sessions end and everything starts again, as new actors, from the
/// committed positions. A source that fails starts again alone, with back-off.
/// </summary>
internal sealed partial class EventGroup : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Proven = TimeSpan.FromSeconds(10);

    /// <summary>What is under way in a source that is left to other nodes ends so fast, or is handled there.</summary>
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(1);

    private readonly GroupSettings _settings;
    private readonly ILogger _log;
    private readonly RepeatedErrors _errors;
    private readonly RepeatedErrors _restarts;
    private readonly ActorMaterializer _materializer = Context.System.Materializer();
    private readonly Dictionary<string, IEventSource> _wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IActorRef> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IActorRef> _detaching = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _failures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _reasons = new(StringComparer.Ordinal);
    private readonly HashSet<(PartKind Kind, string Name)> _paused;
    private readonly List<SourceDrained> _drained = [];
    private readonly LeftSources _left;
    private readonly List<(IActorRef ReplyTo, HoldBack Question)> _holdBacks = [];
    private List<SubscriptionRef> _subscriptions = [];
    private HashSet<IActorRef> _stopping = [];
    private IActorRef _committer = ActorRefs.Nobody;
    private IActorRef _deadLetters = ActorRefs.Nobody;
    private IActorRef? _drainTo;
    private bool _running;
    private bool _draining;
    private int _generation;
    private int _groupFailures;
    private TimeSpan _groupPause;

    public EventGroup(GroupSettings settings)
    {
        _settings = settings;
        _log = settings.Logging.CreateLogger("ActorEvents.Group");
        _paused = [.. settings.Paused];
        (_errors, _restarts) = (new RepeatedErrors(settings.Time), new RepeatedErrors(settings.Time));
        _left = new LeftSources([.. settings.Handlers.Select(h => h.Handler)]);
        _left.Take(settings.Missing);
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
            _reasons.Remove(m.Name);
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
            foreach (var (_, source) in _sources.Where(s => !_detaching.ContainsKey(s.Key)))
            {
                source.Tell(new DrainSource(m.Deadline));
            }

            Timers.StartSingleTimer(DrainOver.Instance, DrainOver.Instance, m.Deadline + DrainGrace);
            FinishDrain();
        });
        Receive<DrainOver>(_ => AnswerDrain());
        Receive<SourceDrained>(m =>
        {
            // Else it was handed over to another node.
            if (_draining)
            {
                _drained.Add(m);
            }
        });
        Receive<HoldBack>(OnHoldBack);
        Receive<HandlerMissed>(OnHandlerMissed);
        Receive<UnknownSession>(_ => Restart(Sender.Path.Name));
        Receive<StartGroup>(_ => Start());
        Receive<StartSource>(_ => StartSources());
        Receive<SourceRuns>(m => _reasons.Remove(m.Name));
        Receive<CalmAgain>(_ =>
        {
            _groupFailures = 0;
            foreach (var name in _sources.Keys)
            {
                _failures.Remove(name);
            }
        });
        Receive<PausePart>(m => Sender.Tell(Pause(m)));
        Receive<HoldSource>(m =>
        {
            foreach (var source in _sources.Values)
            {
                source.Tell(m);
            }
        });
        Receive<GetGroupStatus>(_ => StatusAsync().PipeTo(Sender));
        Receive<Terminated>(OnTerminated);
        Timers.StartPeriodicTimer(CalmAgain.Instance, CalmAgain.Instance, Calm);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Start();

    /// <summary>Akka says nothing of it: it would say all of it each time, with the stack.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(-1, -1, Stops, loggingEnabled: false);

    private Directive Stops(Exception e)
    {
        var source = _sources.FirstOrDefault(s => s.Value.Equals(Sender)).Key;
        if (source is not null)
        {
            _reasons[source] = e.Message.TrimEnd('.');
        }

        if (_errors.IsWorthSaying(source ?? Sender.Path.Name))
        {
            Log.GroupMemberFailed(_log, IsOurs(e.GetBaseException()) ? e : null, Sender.Path.Name, e.Message);
        }

        return Directive.Stop;
    }

    /// <summary>A mistake in code, whose place counts; what a broker, a database or a file does is told by its message.</summary>
    private static bool IsOurs(Exception cause) => cause is SystemException
        and not (IOException or UnauthorizedAccessException or TimeoutException or OperationCanceledException or ExternalException);

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
                    index, h.Handler, h.Region, _deadLetters, _settings.Delivery, _settings.Time, _settings.Logging.CreateLogger($"ActorEvents.Subscriptions.{h.Handler.Name}"), IsPaused(PartKind.Handler, h.Handler.Name))),
                Name($"subscription-{h.Handler.Name}"))),
            h.Handler.Selector.Matches))];
        if (_left.Missing is { Count: > 0 } missing)
        {
            var index = _subscriptions.Count;
            _subscriptions.Add(new SubscriptionRef(
                index, HandlerStandIn.Name, Context.Watch(Context.ActorOf(Props.Create(() => new HandlerStandIn(index, missing)), Name("stand-in"))), e => missing.Any(m => m.Misses(e))));
        }

        AnswerHoldBacks();
        StartSources();
    }

    private void OnHoldBack(HoldBack question)
    {
        _holdBacks.Add((Sender, question));
        if (_left.Take(question.Missing) && !_draining)
        {
            foreach (var source in _settings.Sources.Where(s => _left.Names.Contains(s.Name)))
            {
                _wanted[source.Name] = source;
            }

            _left.Return();
            StopMembers();
        }
        else if (_running)
        {
            AnswerHoldBacks();
        }
    }

    private void AnswerHoldBacks()
    {
        foreach (var (replyTo, question) in _holdBacks)
        {
            replyTo.Tell(new HeldBack(question));
        }

        _holdBacks.Clear();
    }

    private void OnHandlerMissed(HandlerMissed missed)
    {
        Log.HandlerMissed(_log, missed.Session.Stream.Label, missed.Event.Position.Number, missed.Event.Type, string.Join("; ", _left.Missing.Where(m => m.Misses(missed.Event))));
        var (name, actor) = _sources.FirstOrDefault(s => s.Value.Path.Equals(missed.Session.Lane.Path.Parent));
        if (name is not null && _wanted.TryGetValue(name, out var source) && _left.Leave(source, missed.Event))
        {
            _wanted.Remove(name);
            actor.Tell(new DrainSource(LeavePatience));
        }
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
                Paused = IsPaused(PartKind.Source, name),
                PausedStreams = _paused.Where(p => p.Kind == PartKind.Lane).Select(p => p.Name).ToHashSet(StringComparer.Ordinal),
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
            Timers.StartSingleTimer(StartGroup.Instance, StartGroup.Instance, _groupFailures == 0 ? TimeSpan.Zero : _groupPause);
        }
    }

    /// <summary>Stops every member; when all are gone, all start again.</summary>
    private void Restart(string failed)
    {
        if (!_running)
        {
            return;
        }

        _groupFailures++;
        _groupPause = Backoff.After(_groupFailures, FirstBackoff, MaxBackoff);
        Log.SubscriptionFailed(_log, failed, _groupPause.TotalMilliseconds);
        StopMembers();
    }

    private void StopMembers()
    {
        if (!_running)
        {
            return;
        }

        _running = false;
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
