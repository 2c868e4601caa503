using System.Diagnostics.CodeAnalysis;
using ActorEvents.Events;

namespace ActorEvents.Observers;

/// <summary>What waits for an observer's reader: bounded in events and bytes; overflow policy: DropOldest, counted. Pure, one thread at a time.</summary>
internal sealed class ObserverRing(int maxEvents, long maxBytes)
{
    private readonly Queue<(EventEnvelope Event, long Bytes)> _waiting = new();

    public int Count => _waiting.Count;

    public long Bytes { get; private set; }

    /// <summary>Events dropped since the beginning.</summary>
    public long Dropped { get; private set; }

    /// <summary>Takes one in, and drops from the oldest on what has no room beside it. One that is larger than all the room is dropped itself.</summary>
    public void Add(EventEnvelope envelope, long bytes)
    {
        if (bytes > maxBytes)
        {
            Dropped++;
            return;
        }

        while (_waiting.Count == maxEvents || Bytes + bytes > maxBytes)
        {
            Bytes -= _waiting.Dequeue().Bytes;
            Dropped++;
        }

        _waiting.Enqueue((envelope, bytes));
        Bytes += bytes;
    }

    /// <summary>The oldest that waits.</summary>
    public bool TryTake([NotNullWhen(true)] out EventEnvelope? envelope)
    {
        if (!_waiting.TryDequeue(out var oldest))
        {
            envelope = null;
            return false;
        }

        Bytes -= oldest.Bytes;
        envelope = oldest.Event;
        return true;
    }
}
