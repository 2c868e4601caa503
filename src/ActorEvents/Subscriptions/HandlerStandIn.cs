using ActorEvents.Events;
using Akka.Actor;

namespace ActorEvents.Subscriptions;

/// <summary>
/// Stands in for the handler types that this node lacks: a session is held from the first event on that one of them takes, so that its position is not committed and a node that has
/// the handler type reads on from there. All before it is settled.
/// </summary>
internal sealed class HandlerStandIn : ReceiveActor
{
    /// <summary>In the list of subscriptions.</summary>
    public const string Name = "those of other nodes";

    private readonly Dictionary<LaneSession, HeldStream?> _sessions = new(ReferenceEqualityComparer.Instance);
    private readonly int _index;
    private readonly IReadOnlyList<MissingHandler> _missing;

    public HandlerStandIn(int index, IReadOnlyList<MissingHandler> missing)
    {
        (_index, _missing) = (index, missing);
        Receive<Emitted>(m => Take(m.Session, m.Events));
        Receive<OpenSession>(m =>
        {
            _sessions[m.Session] = null;
            m.Session.Lane.Tell(new SessionOpened(m.Session, index));
        });
        Receive<CloseSession>(m => _sessions.Remove(m.Session));
        Receive<GetSubscriptionStatus>(_ => Sender.Tell(new SubscriptionStatus(Name, false, _sessions.Count, 0, 0, 0, 0, [])
        {
            Held = [.. _sessions.Values.OfType<HeldStream>()],
        }));
    }

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(Emitted));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    private void Take(LaneSession session, EventEnvelope[] events)
    {
        if (!_sessions.TryGetValue(session, out var held) || held is not null)
        {
            return;
        }

        var settled = 0;
        while (settled < events.Length && !_missing.Any(m => m.Misses(events[settled])))
        {
            settled++;
        }

        session.Lane.Tell(new Settled(session, _index, [.. events.Take(settled).Select(e => e.Position.Number)]));
        if (settled < events.Length)
        {
            var missed = events[settled];
            _sessions[session] = new HeldStream(session.Stream.Label, missed.Position.Number, missed.Type, _missing.First(m => m.Misses(missed)).Name);
            session.Lane.Tell(new HoldSession(session, _index));
            Context.Parent.Tell(new HandlerMissed(session, missed));
        }
    }
}
