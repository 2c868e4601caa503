using ActorEvents.Events;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Handlers;

/// <summary>What the key selector says about one event.</summary>
/// <param name="Key">The key, or null: this handler is not concerned, or <paramref name="Problem"/> says why the record is a dead letter.</param>
internal readonly record struct KeySelection(string? Key, string? Problem);

/// <summary>A registered handler, its state type erased. Made by <see cref="HandlerRegistration{TState}"/>.</summary>
internal abstract class HandlerDefinition
{
    /// <summary>Longest persistence id that the journal's tables take, in characters.</summary>
    public const int MaxPersistenceId = 255;

    private protected HandlerDefinition(string name) => Name = name;

    /// <summary>Unique; part of persistence ids, so it must not change. a–z, 0–9, '-', '.'.</summary>
    public string Name { get; }

    /// <summary>The name under which its entities stand in the journal, and are found in the cluster: the first that it had.</summary>
    public required string StoredName { get; init; }

    public required EventSelector Selector { get; init; }

    public required Durability Durability { get; init; }

    /// <summary>Appends between two snapshots of an entity; 0: none.</summary>
    public required int SnapshotEvery { get; init; }

    /// <summary>Idle time after which an entity leaves memory.</summary>
    public required TimeSpan PassivateAfter { get; init; }

    /// <summary>Artificial time per event before it is decided (no thread waits); for demonstrations and tests.</summary>
    public required TimeSpan Delay { get; init; }

    /// <summary>Outgoing events above this many bytes (data and attributes) are refused when they are decided.</summary>
    public required int MaxOutgoingBytes { get; init; }

    /// <summary>Outgoing events in one journal row at most: more have no number there.</summary>
    public required int MaxOutgoing { get; init; }

    internal abstract object Initial { get; }

    internal StateCodec Codec { get; init; } = null!;

    /// <summary>The manifest of the state in snapshots.</summary>
    internal const string StateManifest = "state";

    public string PersistenceId(EntityKey key) => $"{StoredName}/{key.Value}";

    /// <summary>Asks the key selector; may throw what the user's selector throws.</summary>
    public abstract KeySelection SelectKey(EventEnvelope envelope);

    /// <summary>What the user's handler says, and telemetry hears.</summary>
    internal Decision Handle(object state, EventEnvelope envelope) =>
        Processing.IsWatched ? Processing.Watch(this, state, envelope) : Decide(state, envelope);

    internal abstract Decision Decide(object state, EventEnvelope envelope);

    internal abstract object Apply(object state, object stateEvent);

    internal abstract StoredPayload EncodeState(object state);

    /// <exception cref="InvalidOperationException">No snapshot could hold it.</exception>
    internal abstract void CheckState(object state);
}

internal sealed class HandlerDefinition<TState>(string name, IEventHandler<TState> handler, Func<EventEnvelope, string?>? keySelector) : HandlerDefinition(name)
    where TState : notnull
{
    internal override object Initial { get; } = handler.Initial;

    public override KeySelection SelectKey(EventEnvelope envelope)
    {
        var key = keySelector is null ? envelope.Key : keySelector(envelope);
        if (key is null)
        {
            return keySelector is null
                ? new KeySelection(null, $"the record has no key: no extension 'partitionkey', no record key, no 'subject'; handler '{Name}' needs one, or a key selector of its own (KeyedBy)")
                : default;
        }

        if (EntityKey.Flaw(key) is { } flaw)
        {
            return new KeySelection(null, $"the key {flaw} (handler '{Name}')");
        }

        return StoredName.Length + 1 + key.Length > MaxPersistenceId
            ? new KeySelection(null, $"the key has {key.Length} characters; with handler '{Name}' at most {MaxPersistenceId - StoredName.Length - 1} fit into a persistence id")
            : new KeySelection(key, null);
    }

    internal override Decision Decide(object state, EventEnvelope envelope) => handler.Handle((TState)state, envelope);

    internal override object Apply(object state, object stateEvent) => handler.Apply((TState)state, stateEvent);

    internal override StoredPayload EncodeState(object state) => Codec.EncodeState((TState)state);

    internal override void CheckState(object state) => Codec.CheckState<TState>(state);
}
