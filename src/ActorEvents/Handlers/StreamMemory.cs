using ActorEvents.Events;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Handlers;

/// <summary>
/// What an entity remembers of one stream, so that what comes again changes it once: of a stream with positions the last one; of one without (a queue),
/// whose numbers start over with each session, the last session, the last number in it and the ids of its last events.
/// </summary>
internal abstract class StreamMemory
{
    /// <summary>What is at or below this number of a session is known; below all numbers where nothing is.</summary>
    public abstract long UpTo(long session);

    /// <summary>Whether a delivery of that session may change the entity. An older session's may not: what it says of the order of arrival is past.</summary>
    public virtual bool Takes(long session) => true;

    /// <summary>Whether an event was handled in an earlier session.</summary>
    public virtual bool Knows(string id) => false;

    /// <summary>Raises it, never lowers it.</summary>
    public abstract void Raise(in StoredPosition stored);

    public abstract StoredPosition Stored(string stream);

    /// <summary>The memory that a stored position is of.</summary>
    public static StreamMemory For(in StoredPosition stored) => stored.Session == 0 ? new Positions() : new Sessions();

    /// <summary>A stream with positions.</summary>
    private sealed class Positions : StreamMemory
    {
        private long _upTo = long.MinValue;

        public override long UpTo(long session) => _upTo;

        public override void Raise(in StoredPosition stored) => _upTo = Math.Max(_upTo, stored.UpTo);

        public override StoredPosition Stored(string stream) => new(stream, _upTo);
    }

    /// <summary>A stream of sessions. Bounded by the window of its deliveries: as many ids as the source can have unacknowledged.</summary>
    private sealed class Sessions : StreamMemory
    {
        private readonly Queue<string> _order = new();
        private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
        private long _session;
        private long _number;
        private int _window;

        public override long UpTo(long session) => session == _session ? _number : long.MinValue;

        public override bool Takes(long session) => session >= _session;

        public override bool Knows(string id) => _ids.Contains(id);

        public override void Raise(in StoredPosition stored)
        {
            if (stored.Session > _session)
            {
                (_session, _number) = (stored.Session, stored.UpTo);
            }
            else if (stored.Session == _session)
            {
                _number = Math.Max(_number, stored.UpTo);
            }

            _window = Math.Max(_window, stored.Window);
            foreach (var id in stored.Ids)
            {
                if (_ids.Add(id))
                {
                    _order.Enqueue(id);
                }
            }

            while (_order.Count > _window)
            {
                _ids.Remove(_order.Dequeue());
            }
        }

        public override StoredPosition Stored(string stream) => new(stream, _number) { Session = _session, Window = _window, Ids = [.. _order] };
    }
}
