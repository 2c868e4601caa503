namespace ActorEvents.Events;

/// <summary>A record that never becomes an event for a handler: stored raw in <c>ae_dead_letters</c>, then settled.</summary>
/// <param name="Position">Where it was read.</param>
/// <param name="Reason">One sentence that names the attribute, header or setting, the value and the limit.</param>
/// <param name="Key">Raw key bytes, null where there was none.</param>
/// <param name="Value">Raw value bytes, null for a tombstone.</param>
/// <param name="Headers">Raw headers in order; a value may be null.</param>
public sealed record DeadLetter(
    EventPosition Position,
    string Reason,
    ReadOnlyMemory<byte>? Key,
    ReadOnlyMemory<byte>? Value,
    IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>?>> Headers)
{
    /// <summary>Of arrays, which it copies; null stays null and is not zero bytes.</summary>
    public DeadLetter(EventPosition position, string reason, byte[]? key, byte[]? value, IReadOnlyList<KeyValuePair<string, byte[]?>> headers)
        : this(position, reason, Copy(key), Copy(value), [.. headers.Select(h => KeyValuePair.Create(h.Key, Copy(h.Value)))])
    {
    }

    /// <summary>Whose key selector or persistence id refused it; null where no handler was concerned yet.</summary>
    public string? Handler { get; init; }

    /// <summary>Bytes of key, value and headers.</summary>
    public int Size => (Key?.Length ?? 0) + (Value?.Length ?? 0) + Headers.Sum(h => h.Key.Length + (h.Value?.Length ?? 0));

    private static ReadOnlyMemory<byte>? Copy(byte[]? bytes) => ((byte[]?)bytes?.Clone()).OrNull();
}
