using System.Collections.Immutable;
using ActorEvents.Events;

namespace ActorEvents.Handlers;

/// <summary>What a handler says about one event: state events to persist, events to emit, nothing, or a rejection. Immutable.</summary>
public sealed class Decision
{
    internal Decision(ImmutableArray<object> stateEvents, ImmutableArray<OutgoingEvent> outgoing, string? rejection)
    {
        StateEvents = stateEvents;
        Outgoing = outgoing;
        Rejection = rejection;
    }

    /// <summary>The event changes nothing and says nothing. It still counts as handled: its position is appended.</summary>
    public static Decision Nothing { get; } = new([], [], null);

    public ImmutableArray<object> StateEvents { get; }

    public ImmutableArray<OutgoingEvent> Outgoing { get; }

    /// <summary>Why the event was rejected, or null.</summary>
    public string? Rejection { get; }

    /// <summary>The span in which it was decided; null: nobody listens, and what is emitted goes on in the trace of the event.</summary>
    internal TraceContext? Trace { get; private init; }

    internal Decision In(TraceContext trace) => new(StateEvents, Outgoing, Rejection) { Trace = trace };

    /// <summary>Persists state events; each one's type must be registered with the handler (<c>StateEvent&lt;T&gt;(manifest)</c>).</summary>
    public static Decision Persist(params ReadOnlySpan<object> stateEvents) => new([.. stateEvents], [], null);

    /// <summary>The event is well-formed but not acceptable. Appended with its reason, counted, never tried again.</summary>
    public static Decision Reject(string reason) => new([], [], reason);

    /// <summary>Emits without a change of state.</summary>
    public static Decision Emit(params ReadOnlySpan<OutgoingEvent> outgoing) => new([], [.. outgoing], null);

    /// <summary>
    /// Adds outgoing events; they leave after the append, in order, at least once, with ids that repeat. Many are given in one call: each call copies those before it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The decision is a rejection.</exception>
    public Decision AndEmit(params ReadOnlySpan<OutgoingEvent> outgoing) => Rejection is null
        ? new(StateEvents, Outgoing.AddRange(outgoing), null)
        : throw new InvalidOperationException("A rejection emits nothing; emit from Decision.Persist, Decision.Emit or Decision.Nothing.");

    /// <summary>Adds an outgoing event with a JSON payload (null: none) and the entity's key.</summary>
    public Decision AndEmit(string destination, string type, object? payload) => AndEmit(new OutgoingEvent(destination, type, payload));
}

/// <summary>An event that a handler says to the outside. Serialized when it is decided and stored in the same journal row as the state.</summary>
/// <param name="Destination">The topic it goes to.</param>
/// <param name="Type">CloudEvents type.</param>
/// <param name="Payload">An object, written as JSON; or a <see cref="ReadOnlyMemory{T}"/> / array of bytes, written as it is; or null: no data. Kafka then gets a null
/// value, which takes the key out of a compacted topic. To pass data on as it came: <c>e.HasData ? (object)e.Data : null</c> (without the cast C# makes zero bytes of the null).</param>
public sealed record OutgoingEvent(string Destination, string Type, object? Payload)
{
    /// <summary>Record key; null: the key of the entity.</summary>
    public string? Key { get; init; }

    public string? Subject { get; init; }

    /// <summary>Null: <c>application/json</c> for objects, <c>application/octet-stream</c> for bytes, none without data.</summary>
    public string? DataContentType { get; init; }

    /// <summary>
    /// Extension attributes of CloudEvents, in this order: <c>Extensions = [new("tenant", "north")]</c>. Names are a–z and 0–9, each once; not those of the specification,
    /// <c>partitionkey</c> (that is <see cref="Key"/>), <c>aeorigin</c> or <c>aesequence</c>. Without a <c>traceparent</c> here the event carries that of the handled one.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Extensions { get; init; } = [];
}
