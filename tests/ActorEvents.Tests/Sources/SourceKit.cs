using System.Collections.Concurrent;
using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using Akka.Actor;
using Akka.Streams;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Sources;

/// <summary>A source alone: stores in memory, probes as subscriptions.</summary>
public abstract class SourceKit() : TestKit("akka.loglevel = OFF")
{
    private protected MemoryPositions Positions { get; } = new();

    private protected MemoryDeadLetters DeadLetters { get; } = new();

    private protected IActorRef DeadLetterWriter { get; private set; } = ActorRefs.Nobody;

    private protected RecordedLog Recorded { get; } = new();

    /// <summary>Looks every 20 ms; Akka's own every 800.</summary>
    protected void AwaitAssert(Action assertion, TimeSpan? duration = null) => AwaitAssert(assertion, duration, TimeSpan.FromMilliseconds(20));

    private protected IActorRef Start(IEventSource source, IReadOnlyList<Subscriber> subscriptions, FlowOptions? flow = null, TimeProvider? time = null) =>
        Start(source, [.. subscriptions.Select(s => s.Ref)], flow, time);

    private protected IActorRef Start(IEventSource source, IReadOnlyList<SubscriptionRef> subscriptions, FlowOptions? flow = null, TimeProvider? time = null)
    {
        var context = Context(source.Name, subscriptions, flow, time);
        return Sys.ActorOf(Props.Create(() => new Parent(source.Props(context))));
    }

    /// <summary>A lane alone: the test is the stream that it pulls.</summary>
    private protected IActorRef StartLane(StreamId stream, params IReadOnlyList<Subscriber> subscriptions)
    {
        var context = Context("lane", [.. subscriptions.Select(s => s.Ref)], null, null);
        return Sys.ActorOf(Props.Create(() => new LaneActor(context, new LaneReading(stream, new CommittedPosition(stream.Name, 0), Settlement.Mark), false)));
    }

    private SourceContext Context(string source, IReadOnlyList<SubscriptionRef> subscriptions, FlowOptions? flow, TimeProvider? time)
    {
        flow ??= new FlowOptions();
        flow.CommitInterval = TimeSpan.FromMilliseconds(1);
        DeadLetterWriter = Sys.ActorOf(Props.Create(() => new DeadLetterWriter(DeadLetters, Recorded)));
        return new SourceContext(source, subscriptions, Positions, DeadLetters, flow, time ?? TimeProvider.System, Recorded, Sys.Materializer())
        {
            Committer = Sys.ActorOf(Props.Create(() => new PositionCommitter(Positions, flow.CommitInterval, TimeProvider.System, NullLogger.Instance))),
            DeadLetterWriter = DeadLetterWriter,
        };
    }

    private protected Subscriber Subscribe(int index = 0) => new(this, index);

    /// <summary>A subscription that takes all and settles it at once.</summary>
    private protected SubscriptionRef Settle(Action<EventEnvelope> taken)
    {
        var actor = Sys.ActorOf(Props.Create(() => new Settler(taken)));
        Sys.EventStream.Subscribe(actor, typeof(Emitted));
        return new SubscriptionRef(0, "settler", actor, _ => true);
    }

    private sealed class Settler : ReceiveActor
    {
        public Settler(Action<EventEnvelope> taken)
        {
            Receive<OpenSession>(m => m.Session.Lane.Tell(new SessionOpened(m.Session, 0)));
            Receive<Emitted>(m =>
            {
                foreach (var e in m.Events)
                {
                    taken(e);
                }

                m.Session.Lane.Tell(new Settled(m.Session, 0, [.. m.Events.Select(e => e.Position.Number)]));
            });
            ReceiveAny(_ => { });
        }
    }

    /// <summary>Stops what it watches when it fails, as the group does; passes on what it is told.</summary>
    private sealed class Parent : UntypedActor
    {
        private readonly IActorRef _child;

        public Parent(Props child) => _child = Context.Watch(Context.ActorOf(child, "source"));

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

        protected override void OnReceive(object message)
        {
            if (message is Terminated)
            {
                Context.Stop(Self);
            }
            else
            {
                _child.Forward(message);
            }
        }
    }

    /// <summary>A subscription of which the test says what it settles.</summary>
    internal sealed class Subscriber
    {
        private readonly int _index;
        private readonly TestProbe _probe;
        private readonly Queue<EventEnvelope> _waiting = new();

        public Subscriber(TestKit kit, int index)
        {
            _index = index;
            _probe = kit.CreateTestProbe();
            kit.Sys.EventStream.Subscribe(_probe, typeof(Emitted));
            Ref = new SubscriptionRef(index, $"handler-{index}", _probe, _ => true);
        }

        public SubscriptionRef Ref { get; }

        public LaneSession Session { get; private set; } = null!;

        /// <summary>Answers the next session that is opened.</summary>
        public LaneSession Opens()
        {
            Session = _probe.ExpectMsg<OpenSession>(TimeSpan.FromSeconds(20)).Session;
            Session.Lane.Tell(new SessionOpened(Session, _index));
            return Session;
        }

        /// <summary>Takes exactly so many events off what is emitted.</summary>
        public List<EventEnvelope> Takes(int count)
        {
            var taken = new List<EventEnvelope>();
            while (taken.Count < count)
            {
                if (_waiting.Count == 0)
                {
                    foreach (var e in _probe.ExpectMsg<Emitted>(TimeSpan.FromSeconds(20)).Events)
                    {
                        _waiting.Enqueue(e);
                    }
                }

                taken.Add(_waiting.Dequeue());
            }

            return taken;
        }

        /// <summary>Answers sessions until one of them emits something; takes the first event.</summary>
        public EventEnvelope TakesFromSomeSession()
        {
            while (true)
            {
                switch (_probe.ReceiveOne(TimeSpan.FromSeconds(20)))
                {
                    case OpenSession opened:
                        Session = opened.Session;
                        Session.Lane.Tell(new SessionOpened(Session, _index));
                        break;
                    case Emitted emitted:
                        return emitted.Events[0];
                    case null:
                        throw new TimeoutException("nothing was emitted");
                }
            }
        }

        /// <summary>Events that came with the last batch and were not taken.</summary>
        public int Over => _waiting.Count;

        public void Settles(params long[] positions) => Session.Lane.Tell(new Settled(Session, _index, positions));

        public void Closes() => Assert.Same(Session, _probe.ExpectMsg<CloseSession>(TimeSpan.FromSeconds(20)).Session);
    }

    /// <summary>What was logged.</summary>
    internal sealed class RecordedLog : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ConcurrentQueue<Exception> Exceptions { get; } = new();

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Lines.Enqueue(formatter(state, exception));
            if (exception is not null)
            {
                Exceptions.Enqueue(exception);
            }
        }

        public void Dispose()
        {
        }
    }
}
