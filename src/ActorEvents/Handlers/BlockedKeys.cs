using System.Collections.Concurrent;
using ActorEvents.Events;

namespace ActorEvents.Handlers;

/// <summary>
/// The keys of this node that do not go on, with the reason; for health, console and log. Bounded: beyond <see cref="Capacity"/> only the number is kept.
/// </summary>
internal sealed class BlockedKeys
{
    /// <summary>Keys that are listed by name at most.</summary>
    public const int Capacity = 1_000;

    private readonly ConcurrentDictionary<(string Handler, string Key), BlockedKey> _keys = [];

    /// <summary>What is blocked now.</summary>
    public IReadOnlyCollection<BlockedKey> All => [.. _keys.Values];

    /// <summary>Notes a failure.</summary>
    /// <returns>True if the key was not blocked before, or its failure count is a power of two: worth a log line.</returns>
    internal bool Add(string handler, EntityKey key, string reason, string? eventId)
    {
        if (_keys.Count >= Capacity && !_keys.ContainsKey((handler, key.Value)))
        {
            return false;
        }

        var blocked = _keys.AddOrUpdate(
            (handler, key.Value),
            _ => new BlockedKey(handler, key, reason, eventId, 1),
            (_, old) => old with { Reason = reason, EventId = eventId, Failures = old.Failures + 1 });
        return System.Numerics.BitOperations.IsPow2(blocked.Failures);
    }

    internal void Remove(string handler, EntityKey key) => _keys.TryRemove((handler, key.Value), out _);
}

/// <param name="Failures">In a row.</param>
internal sealed record BlockedKey(string Handler, EntityKey Key, string Reason, string? EventId, int Failures);
