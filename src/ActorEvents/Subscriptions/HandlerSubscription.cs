using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Retries;
using ActorEvents.Telemetry;
using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Subscriptions;

/// <summary>Group → subscription: let this handler type go on or stand still. Repeats change nothing.</summary>
internal sealed record PauseHandler(bool Paused);

/// <summary>Anyone → subscription: answered with its <see cref="SubscriptionStatus"/>.</summary>
internal sealed record GetSubscriptionStatus
{
    public static GetSubscriptionStatus Instance { get; } = new();
}

/// <summary>
/// Runs the <see cref="SubscriptionFlow"/> of one handler type on one node: hears the EventStream, talks to lanes and to the shard region. Holds nothing
/// that survives it: if it fails, all sessions of the node end.
/// </summary>
internal sealed class HandlerSubscription : ReceiveActor, IWithTimers, ISubscriptionOutput
{
    /// <summary>How often it is looked for lost deliveries when members have changed, and for how long: a new one is given shards in several rounds.</summary>
    private static readonly TimeSpan s_lookForLost = TimeSpan.FromSeconds(0.5), s_shardsMove = TimeSpan.FromSeconds(15);

    private readonly int _index;
    private readonly string _handler;
    private readonly IActorRef _region;
    private readonly IActorRef _deadLetters;
    private readonly ILogger _log;
    private readonly SubscriptionFlow _flow;
    private readonly RepeatedErrors _resends;
    private int _unsaid;

    public HandlerSubscription(
        int index, HandlerDefinition handler, IActorRef region, IActorRef deadLetters, DeliveryOptions options, TimeProvider time, ILogger log, bool paused = false)
    {
        _index = index;
        _handler = handler.Name;
        _region = region;
        _deadLetters = deadLetters;
        _log = log;
        _flow = new SubscriptionFlow(handler, options, time, this, paused);
        _resends = new RepeatedErrors(time);

        Receive<Emitted>(m => _flow.Emitted(m.Session, m.Sequence, m.Events));
        Receive<Done>(_flow.Done);
        Receive<Resend>(_flow.Resend);
        Receive<Flush>(_ => _flow.Flush());
        Receive<Tick>(_ => _flow.Tick());
        Receive<MembersChanged>(_ => OnMembersChanged());
        Receive<SendAgain>(_ => _flow.SendAgain());
        Receive<Settling>(_ => Timers.Cancel(SendAgain.Instance));
        Receive<OpenSession>(m => _flow.Open(m.Session));
        Receive<CloseSession>(m => _flow.Close(m.Session));
        Receive<DeadLettersStored>(m =>
        {
            Metrics.DeadLettered(_handler, m.Positions.Length);
            _flow.Stored(m.Session, m.Positions);
        });
        Receive<PauseHandler>(m => Pause(m.Paused));
        Receive<GetSubscriptionStatus>(_ => Sender.Tell(_flow.Status));
        Timers.StartPeriodicTimer(Tick.Instance, Tick.Instance, options.ResendAfter / 5);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    void ISubscriptionOutput.Opened(LaneSession session) => session.Lane.Tell(new SessionOpened(session, _index));

    void ISubscriptionOutput.Deliver(Deliver delivery) => _region.Tell(delivery, Self);

    void ISubscriptionOutput.Settled(LaneSession session, long[] positions)
    {
        Metrics.Settled(_handler, positions.Length);
        session.Lane.Tell(new Settled(session, _index, positions));
    }

    void ISubscriptionOutput.Hold(LaneSession session) => session.Lane.Tell(new HoldSession(session, _index));

    void ISubscriptionOutput.Reread(LaneSession session) => session.Lane.Tell(new RereadSession(session));

    void ISubscriptionOutput.Store(LaneSession session, DeadLetter letter) => _deadLetters.Tell(new StoreDeadLetters(session, [letter]));

    void ISubscriptionOutput.Unknown(LaneSession session)
    {
        Log.UnknownSession(_log, _handler, session.ToString());
        Context.Parent.Tell(new UnknownSession(session));
    }

    /// <summary>With nothing else in the mailbox there is nothing to wait for: an event that comes alone is spared two hops.</summary>
    void ISubscriptionOutput.Soon()
    {
        if (!((ActorCell)Context).HasMessages)
        {
            _flow.Flush();
        }
        else
        {
            Self.Tell(Flush.Instance);
        }
    }

    void ISubscriptionOutput.KeySelectorFailed(EventEnvelope envelope, TimeSpan pause, Exception cause)
    {
        Metrics.HandlerFailed(_handler);
        Log.KeySelectorFailed(
            _log, _handler, envelope.Position.Stream.Label, envelope.Position.Number, envelope.Id, envelope.Type, pause.TotalMilliseconds, cause.Message);
    }

    void ISubscriptionOutput.Overdue(int deliveries)
    {
        Metrics.Resent(_handler, deliveries);
        _unsaid += deliveries;
        if (_resends.IsWorthSaying(""))
        {
            Log.Resending(_log, _handler, _unsaid, _flow.Overdue);
            _unsaid = 0;
        }
    }

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(Emitted));
        Context.System.EventStream.Subscribe(Self, typeof(MembersChanged));
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    private void OnMembersChanged()
    {
        Timers.StartPeriodicTimer(SendAgain.Instance, SendAgain.Instance, s_lookForLost);
        Timers.StartSingleTimer(Settling.Instance, Settling.Instance, s_shardsMove);
    }

    private void Pause(bool paused)
    {
        if (paused == _flow.IsPaused)
        {
            return;
        }

        Log.HandlerPaused(_log, _handler, paused ? "paused" : "goes on");
        if (paused)
        {
            _flow.Pause();
        }
        else
        {
            _flow.Resume();
        }
    }

    private sealed record Flush
    {
        public static Flush Instance { get; } = new();
    }

    private sealed record SendAgain
    {
        public static SendAgain Instance { get; } = new();
    }

    private sealed record Settling
    {
        public static Settling Instance { get; } = new();
    }

    private sealed record Tick
    {
        public static Tick Instance { get; } = new();
    }
}
