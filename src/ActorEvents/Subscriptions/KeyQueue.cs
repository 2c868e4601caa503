using ActorEvents.Events;
using ActorEvents.Handlers;

namespace ActorEvents.Subscriptions;

/// <summary>What one entity still owes of one stream: its unsettled events in order, and whether a delivery is in flight.</summary>
internal sealed class KeyQueue(StreamId stream)
{
    private readonly Queue<Item> _events = new(4);

    public StreamId Stream { get; } = stream;

    public EntityKey Key { get; private set; }

    public int Count => _events.Count;

    public bool InFlight { get; set; }

    /// <summary>In the window's list of queues to send.</summary>
    public bool Ready { get; set; }

    /// <summary>Sends of the present delivery so far.</summary>
    public int Attempt { get; set; }

    /// <summary>Timestamp (TimeProvider) of the last send.</summary>
    public long Sent { get; set; }

    /// <summary>The session of the oldest event.</summary>
    public LaneSession Session => _events.Peek().Session;

    /// <summary>Position of the oldest event.</summary>
    public long Position => _events.Peek().Event.Position.Number;

    /// <summary>Empty, for this key from now on.</summary>
    public void Begin(EntityKey key) => (Key, InFlight, Ready, Attempt) = (key, false, false, 0);

    public void Add(LaneSession session, EventEnvelope envelope) => _events.Enqueue(new Item(session, envelope, DeliveryCodec.MostBytes(envelope)));

    /// <summary>The list to deliver: from the oldest unsettled event on, none left out, up to the limits (one event always fits).</summary>
    public EventEnvelope[] Head(int maxEvents, int maxBytes)
    {
        var count = 0;
        long bytes = 0;
        foreach (var item in _events)
        {
            bytes += item.Bytes;
            if (count > 0 && (count == maxEvents || bytes > maxBytes))
            {
                break;
            }

            count++;
        }

        var list = new EventEnvelope[count];
        var i = 0;
        foreach (var item in _events)
        {
            if (i == count)
            {
                break;
            }

            list[i++] = item.Event;
        }

        return list;
    }

    /// <summary>Takes off what is durable up to a position, oldest first.</summary>
    public bool TryTake(long upTo, out LaneSession session, out EventEnvelope envelope)
    {
        if (_events.TryPeek(out var head) && head.Event.Position.Number <= upTo)
        {
            _events.Dequeue();
            (session, envelope) = (head.Session, head.Event);
            return true;
        }

        (session, envelope) = (null!, null!);
        return false;
    }

    /// <summary>Forgets the events of a session; what was in flight of it is forgotten, too.</summary>
    public void Forget(LaneSession session)
    {
        var kept = _events.Where(e => !ReferenceEquals(e.Session, session)).ToArray();
        if (kept.Length == _events.Count)
        {
            return;
        }

        _events.Clear();
        foreach (var e in kept)
        {
            _events.Enqueue(e);
        }

        InFlight = false;
        Attempt = 0;
    }

    /// <param name="Bytes">What the event adds to a delivery at most.</param>
    private readonly record struct Item(LaneSession Session, EventEnvelope Event, int Bytes);
}
