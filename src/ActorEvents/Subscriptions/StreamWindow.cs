using System.Runtime.InteropServices;
using ActorEvents.Events;

namespace ActorEvents.Subscriptions;

/// <summary>What entities still owe of one stream (of a stream of sessions: of one session): a queue a key. Queues that are empty are used again.</summary>
internal sealed class StreamWindow(StreamId stream)
{
    private const int MaxSpare = 1_024;

    // By text: a dictionary knows a faster hash of texts than a key could keep.
    private readonly Dictionary<string, KeyQueue> _queues = new(StringComparer.Ordinal);
    private readonly Stack<KeyQueue> _spare = new();

    public StreamId Stream { get; } = stream;

    public Dictionary<string, KeyQueue>.ValueCollection Queues => _queues.Values;

    /// <summary>The queue of a key, made if there is none.</summary>
    public KeyQueue Of(EntityKey key)
    {
        ref var queue = ref CollectionsMarshal.GetValueRefOrAddDefault(_queues, key.Value, out var known);
        if (!known)
        {
            queue = _spare.TryPop(out var spare) ? spare : new KeyQueue(Stream);
            queue.Begin(key);
        }

        return queue!;
    }

    public bool TryGet(EntityKey key, out KeyQueue queue) => _queues.TryGetValue(key.Value, out queue!);

    /// <summary>Nothing of the key is owed any more.</summary>
    public void Remove(KeyQueue queue)
    {
        _queues.Remove(queue.Key.Value);

        // One that still waits in the list of queues to send is looked at there once more.
        if (!queue.Ready && _spare.Count < MaxSpare)
        {
            _spare.Push(queue);
        }
    }
}
