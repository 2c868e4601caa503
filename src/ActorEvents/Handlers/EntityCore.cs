using System.Runtime.InteropServices;
using System.Text.Json;
using ActorEvents.Events;
using ActorEvents.Journal.Entries;
using ActorEvents.Telemetry;

namespace ActorEvents.Handlers;

/// <summary>What an entity would append for some deliveries: nothing of it is true before the append.</summary>
/// <param name="Entry">Null: there is nothing to write. It may end before the deliveries do: more does not fit into one entry.</param>
/// <param name="Failure">The event that could not be decided; from it on nothing of the key is.</param>
internal sealed record Acceptance(JournalEntry? Entry, object State, FailedEvent? Failure = null)
{
    /// <summary>What an origin's mark has shown to be repeats, and nothing else: known without being written.</summary>
    public JournalEntry? Repeats { get; init; }
}

/// <summary>An event that could not be decided, the session that it was read in, and why.</summary>
internal sealed record FailedEvent(EventEnvelope Event, long Session, Exception Cause);

/// <summary>
/// The state of one key and the rules of acceptance, pure: drop what is at or below the stored position, look at the origin mark, decide the rest in
/// order on the state as it will be. The actor around it appends, applies, answers.
/// </summary>
internal sealed class EntityCore(HandlerDefinition handler, TimeProvider time)
{
    private readonly Dictionary<string, StreamMemory> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Scope, string Origin), long> _marks = [];
    private readonly bool _durable = handler.Durability == Durability.Journal;

    /// <summary>User state as of the last append.</summary>
    public object State { get; private set; } = handler.Initial;

    /// <summary>Why the user's part cannot be read, or null. Such an entity answers for what it has and takes nothing new.</summary>
    public string? Unreadable { get; private set; }

    /// <summary>What is stored of a stream, or null.</summary>
    public StoredPosition? Stored(string stream) => _streams.TryGetValue(stream, out var memory) ? memory.Stored(stream) : null;

    /// <summary>What is stored of each stream.</summary>
    public IReadOnlyList<StoredPosition> Stored() => [.. _streams.Select(s => s.Value.Stored(s.Key))];

    /// <summary>The last number of the delivery's stream and session up to which all that concerns this entity is durable; null: it is below the delivery's first event.</summary>
    public long? Durable(Deliver delivery)
    {
        if (!_streams.TryGetValue(delivery.Stream.Name, out var memory))
        {
            return null;
        }

        var upTo = memory.UpTo(delivery.Session);
        if (delivery.Session == 0)
        {
            return upTo >= delivery.Events[0].Position.Number ? upTo : null;
        }

        // Numbers of an older session say nothing, and of a newer one only what is known by its id.
        long? durable = null;
        for (var i = 0; memory.Takes(delivery.Session) && i < delivery.Events.Length && Knows(memory, upTo, delivery.Events[i]); i++)
        {
            durable = delivery.Events[i].Position.Number;
        }

        return durable;
    }

    /// <summary>Whether a delivery may change the entity: of a stream of sessions, not one of an older session.</summary>
    public bool Takes(Deliver delivery) => !_streams.TryGetValue(delivery.Stream.Name, out var memory) || memory.Takes(delivery.Session);

    /// <summary>Whether an event, read in a session, is decided already.</summary>
    public bool Knows(long session, EventEnvelope envelope) =>
        _streams.TryGetValue(envelope.Position.Stream.Name, out var memory) && Knows(memory, memory.UpTo(session), envelope);

    /// <summary>Decides deliveries, at most one of a stream, one after the other. Changes nothing.</summary>
    public Acceptance Accept(ReadOnlySpan<Deliver> deliveries)
    {
        var draft = new Draft(State);
        foreach (var delivery in deliveries)
        {
            var memory = _streams.GetValueOrDefault(delivery.Stream.Name);
            if (memory?.Takes(delivery.Session) == false)
            {
                continue;
            }

            var upTo = memory?.UpTo(delivery.Session) ?? long.MinValue;
            draft.Begin(delivery);
            foreach (var envelope in delivery.Events)
            {
                if (envelope.Position.Number <= upTo || draft.Knows(envelope) || memory?.Knows(envelope.Id) == true)
                {
                    continue;
                }

                try
                {
                    if (!Decide(draft, delivery.Stream, envelope))
                    {
                        return draft.Accept();
                    }
                }
                catch (Exception e)
                {
                    return draft.Accept(new FailedEvent(envelope, delivery.Session, e));
                }

                upTo = envelope.Position.Number;
                draft.Took(envelope);
            }
        }

        return draft.Accept();
    }

    /// <summary>The append is durable: what it says is true now.</summary>
    public void Appended(Acceptance acceptance)
    {
        Raise(acceptance.Entry!.Positions, acceptance.Entry.Marks);
        State = acceptance.State;
    }

    /// <summary>Takes repeats for known. An incarnation that has forgotten them finds the same: the mark that told is durable, and only rises.</summary>
    public void Know(JournalEntry repeats) => Raise(repeats.Positions, repeats.Marks);

    /// <summary>Recovery of one journal entry: the framework's part always, the user's part as long as it can be read.</summary>
    public void Recover(JournalEntry entry)
    {
        Raise(entry.Positions, entry.Marks);
        foreach (var payload in entry.StateEvents)
        {
            Read(() => State = handler.Apply(State, handler.Codec.Decode(payload)));
        }
    }

    /// <summary>Whether a snapshot was written with the state's present shape. One of another would be read with defaults in the place of what has another name now.</summary>
    public bool Reads(EntitySnapshot snapshot) => snapshot.Shape == handler.Codec.Shape;

    /// <summary>Recovery of a snapshot that it <see cref="Reads"/>.</summary>
    public void Recover(EntitySnapshot snapshot)
    {
        Raise(snapshot.Positions, snapshot.Marks);
        Read(() => State = handler.Codec.Decode(snapshot.State));
    }

    /// <summary>All of it, with positions and marks.</summary>
    public EntitySnapshot Snapshot() => new()
    {
        State = handler.EncodeState(State),
        Shape = handler.Codec.Shape,
        Positions = Stored(),
        Marks = [.. _marks.Select(m => new StoredMark(m.Key.Scope, m.Key.Origin, m.Value))],
    };

    /// <summary>Decides one event. False: what it emits does not fit into this entry any more, so it and all behind it are decided for the next.</summary>
    private bool Decide(Draft draft, StreamId stream, EventEnvelope envelope)
    {
        if (envelope.Origin is { } origin && origin.Number <= Mark(draft, (stream.OriginScope, origin.Id)))
        {
            draft.Repeats++;
            return true;
        }

        var decision = handler.Handle(draft.State, envelope)
            ?? throw new InvalidOperationException($"Handler '{handler.Name}' returned null; return Decision.Nothing for an event without effect.");
        if (!OutgoingRules.Fits(handler, decision.Outgoing.Length, draft.Outgoing?.Count ?? 0))
        {
            return false;
        }

        var state = draft.State;
        var stateEvents = decision.StateEvents;
        var payloads = _durable && stateEvents.Length > 0 ? new StoredPayload[stateEvents.Length] : [];
        for (var i = 0; i < stateEvents.Length; i++)
        {
            if (_durable)
            {
                payloads[i] = handler.Codec.Encode(stateEvents[i]);
            }

            state = handler.Apply(state, stateEvents[i]);
        }

        if (_durable && handler.SnapshotEvery > 0 && stateEvents.Length > 0)
        {
            handler.CheckState(state);
        }

        var outgoing = decision.Outgoing.Length > 0 ? new StoredOutgoing[decision.Outgoing.Length] : [];
        var trace = decision.Trace ?? (outgoing.Length > 0 ? TraceContext.Of(envelope) : null);
        for (var i = 0; i < outgoing.Length; i++)
        {
            outgoing[i] = Encode(decision.Outgoing[i], envelope, trace);
        }

        // Nothing above has touched the draft, so a failure leaves it as it was before this event.
        draft.State = state;
        Draft.Add(ref draft.StateEvents, payloads);
        Draft.Add(ref draft.Outgoing, outgoing);
        if (decision.Trace is { } span && draft.Spans is not { Count: >= Tracing.MaxLinks })
        {
            Draft.Add(ref draft.Spans, [span]);
        }

        if (decision.Rejection is { } reason)
        {
            Draft.Add(ref draft.Rejections, [new StoredRejection(stream.Name, envelope.Position.Number, envelope.Id, reason)]);
        }

        if (envelope.Origin is { } made)
        {
            (draft.Marks ??= [])[(stream.OriginScope, made.Id)] = made.Number;
        }

        return true;
    }

    private long Mark(Draft draft, (string, string) key) =>
        draft.Marks is not null && draft.Marks.TryGetValue(key, out var drafted) ? drafted : _marks.GetValueOrDefault(key, long.MinValue);

    private StoredOutgoing Encode(OutgoingEvent outgoing, EventEnvelope cause, TraceContext? trace)
    {
        if (!_durable)
        {
            throw new InvalidOperationException(
                $"Handler '{handler.Name}' emits an event, but its durability is None: outgoing events stand in the journal. Register it with Durability.Journal.");
        }

        var (data, type) = outgoing.Payload switch
        {
            null => (default, null),
            byte[] bytes => ((ReadOnlyMemory<byte>)bytes, (string?)"application/octet-stream"),
            ReadOnlyMemory<byte> bytes => (bytes, "application/octet-stream"),
            { } payload => (Json(outgoing.Destination, payload), "application/json"),
        };
        type = outgoing.DataContentType ?? type;
        KeyValuePair<string, string>[] extensions = outgoing.Extensions.Count == 0 ? [] : [.. outgoing.Extensions];
        trace = Array.Exists(extensions, e => e.Key is TraceContext.ParentName or TraceContext.StateName) ? null : trace;
        var said = cause.Time ?? Now();
        OutgoingRules.Check(handler, outgoing, type, said, data.Length, trace);
        return new StoredOutgoing(outgoing.Destination, outgoing.Type, outgoing.Key, outgoing.Subject, type, said, data)
        {
            HasData = outgoing.Payload is not null,
            Extensions = extensions,
            Trace = trace,
        };
    }

    private byte[] Json(string destination, object payload) => EventJson.Loss(payload.GetType()) is { } loss
        ? throw new InvalidOperationException($"Handler '{handler.Name}' emits to '{destination}' what JSON would write as {{}}: {loss}.")
        : JsonSerializer.SerializeToUtf8Bytes(payload, payload.GetType(), EventJson.Options);

    private string Now() => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private void Raise(IReadOnlyList<StoredPosition> positions, IReadOnlyList<StoredMark> marks)
    {
        // By index: an enumerator behind an interface is garbage for each delivery.
        for (var i = 0; i < positions.Count; i++)
        {
            var position = positions[i];
            ref var memory = ref CollectionsMarshal.GetValueRefOrAddDefault(_streams, position.Stream, out _);
            (memory ??= StreamMemory.For(position)).Raise(position);
        }

        for (var i = 0; i < marks.Count; i++)
        {
            var (scope, origin, number) = marks[i];
            if (number > _marks.GetValueOrDefault((scope, origin), long.MinValue))
            {
                _marks[(scope, origin)] = number;
            }
        }
    }

    private static bool Knows(StreamMemory memory, long upTo, EventEnvelope envelope) => envelope.Position.Number <= upTo || memory.Knows(envelope.Id);

    private void Read(Action user)
    {
        if (Unreadable is not null)
        {
            return;
        }

        try
        {
            user();
        }
        catch (Exception e)
        {
            Unreadable = e.Message;
        }
    }

    /// <summary>What the events decided so far come to. Lists are made when something goes in.</summary>
    private sealed class Draft(object state)
    {
        public List<StoredPayload>? StateEvents;
        public List<StoredOutgoing>? Outgoing;
        public List<StoredRejection>? Rejections;
        public List<TraceContext>? Spans;
        public Dictionary<(string Scope, string Origin), long>? Marks;
        private readonly List<StoredPosition> _positions = new(1);
        private Deliver _delivery = null!;
        private EventEnvelope? _last;
        private List<string>? _ids;
        private HashSet<string>? _known;
        private int _decided;

        public object State { get; set; } = state;

        public int Repeats { get; set; }

        public static void Add<T>(ref List<T>? list, ReadOnlySpan<T> items)
        {
            if (items.Length > 0)
            {
                (list ??= new List<T>(items.Length)).AddRange(items);
            }
        }

        /// <summary>What is taken from now on is of this delivery.</summary>
        public void Begin(Deliver delivery)
        {
            End();
            (_delivery, _last) = (delivery, null);
            (_ids, _known) = delivery.Session == 0 ? (null, null) : (new List<string>(), new HashSet<string>(StringComparer.Ordinal));
        }

        /// <summary>A session may bring one message twice.</summary>
        public bool Knows(EventEnvelope envelope) => _known?.Contains(envelope.Id) == true;

        /// <summary>The event is decided.</summary>
        public void Took(EventEnvelope envelope)
        {
            _decided++;
            _last = envelope;
            _known?.Add(envelope.Id);
            _ids?.Add(envelope.Id);
        }

        public Acceptance Accept(FailedEvent? failure = null)
        {
            End();
            var entry = _decided > 0 ? Entry() : null;

            // A session's numbers are known by what is written alone.
            return _decided > 0 && _decided == Repeats && _positions.TrueForAll(p => p.Session == 0)
                ? new Acceptance(null, State, failure) { Repeats = entry }
                : new Acceptance(entry, State, failure);
        }

        private JournalEntry Entry() =>
            new()
            {
                StateEvents = StateEvents ?? [],
                Positions = _positions,
                Marks = Marks is null ? [] : [.. Marks.Select(m => new StoredMark(m.Key.Scope, m.Key.Origin, m.Value))],
                Outgoing = Outgoing ?? [],
                Rejections = Rejections ?? [],
                Decided = _decided,
                Repeats = Repeats,
                Spans = Spans ?? [],
            };

        private void End()
        {
            if (_last is not null)
            {
                _positions.Add(new StoredPosition(_delivery.Stream.Name, _last.Position.Number) { Session = _delivery.Session, Window = _delivery.Window, Ids = (IReadOnlyList<string>?)_ids ?? [] });
                _last = null;
            }
        }
    }
}
