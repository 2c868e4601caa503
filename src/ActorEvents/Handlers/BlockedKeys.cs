using System.Collections.Concurrent;
using ActorEvents.Events;

namespace ActorEvents.Handlers;

/// <summary>
/// The keys of this node that do not go on with a stream, with the reason; for health, console and log. Bounded: beyond <see cref="Capacity"/> only the number is kept.
/// </summary>
internal sealed class BlockedKeys
{
    /// <summary>Keys that are listed by name at most.</summary>
    public const int Capacity = 1_000;

    private readonly ConcurrentDictionary<(string Handler, string Key, string Stream), BlockedKey> _keys = [];

    /// <summary>What is blocked now.</summary>
    public IReadOnlyCollection<BlockedKey> All => [.. _keys.Values];

    /// <summary>Notes a failure.</summary>
    /// <returns>True if the key was not blocked before, or its failure count is a power of two: worth a log line.</returns>
    internal bool Add(string handler, EntityKey key, string reason, EventEnvelope? failed)
    {
        var id = (handler, key.Value, failed?.Position.Stream.Name ?? "");
        if (_keys.Count >= Capacity && !_keys.ContainsKey(id))
        {
            return false;
        }

        var blocked = _keys.AddOrUpdate(
            id,
            _ => new BlockedKey(handler, key, reason, failed, 1),
            (_, old) => old with { Reason = reason, Event = failed, Failures = old.Event?.Id == failed?.Id ? old.Failures + 1 : 1 });
        return System.Numerics.BitOperations.IsPow2(blocked.Failures);
    }

    internal void Remove(string handler, EntityKey key, string stream) => _keys.TryRemove((handler, key.Value, stream), out _);
}

/// <param name="Event">The one that failed, behind which everything of its key and stream waits; null: the key cannot be read.</param>
/// <param name="Failures">In a row.</param>
internal sealed record BlockedKey(string Handler, EntityKey Key, string Reason, EventEnvelope? Event, int Failures);
