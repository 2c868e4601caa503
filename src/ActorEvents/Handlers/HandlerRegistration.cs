using ActorEvents.Events;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Handlers;

/// <summary>Registers one handler: its name, what it handles, its key, its state events.</summary>
public sealed class HandlerRegistration<TState>
    where TState : notnull
{
    private readonly string _name;
    private string _storedName;
    private readonly IEventHandler<TState> _handler;
    private readonly StateCodec _codec;
    private readonly List<string> _types = [];
    private readonly List<string> _sources = [];
    private readonly List<string> _contentTypes = [];
    private Func<EventEnvelope, string?>? _keySelector;
    private Durability _durability = Durability.Journal;
    private int _snapshotEvery = 200;
    private TimeSpan _passivateAfter = TimeSpan.FromMinutes(2);
    private TimeSpan _delay = TimeSpan.Zero;
    private readonly int _maxOutgoing;

    internal HandlerRegistration(string name, IEventHandler<TState> handler, int maxOutgoing)
    {
        _name = _storedName = Checked(name);
        _maxOutgoing = maxOutgoing;
        _handler = handler;
        _codec = new StateCodec(name);
        _codec.Add<TState>(HandlerDefinition.StateManifest);
    }

    /// <summary>Event types, exact or with a <c>*</c> at the end. None: all types.</summary>
    public HandlerRegistration<TState> Handles(params string[] types) => With(() => _types.AddRange(types));

    /// <summary>CloudEvents sources, exact or with a <c>*</c> at the end. Default: all.</summary>
    public HandlerRegistration<TState> FromSources(params string[] sources) => With(() => _sources.AddRange(sources));

    /// <summary>Content types, exact or with a <c>*</c> at the end. Default: all.</summary>
    public HandlerRegistration<TState> WithContentTypes(params string[] contentTypes) => With(() => _contentTypes.AddRange(contentTypes));

    /// <summary>
    /// The key of an event; null: this handler is not concerned. Pure. Default: the event's own key (an event without one becomes a dead letter). An
    /// exception stops this handler's reading of that stream, visibly, and is tried again at each resend.
    /// </summary>
    public HandlerRegistration<TState> KeyedBy(Func<EventEnvelope, string?> selector) => With(() => _keySelector = selector);

    /// <summary>
    /// A type that decisions persist, stored as JSON under a manifest of its own that must never change its meaning. A type (as the state's) that System.Text.Json would
    /// not give back whole is refused at registration: tuples, fields, properties without set, init or constructor parameter, a state's derived types without discriminator.
    /// </summary>
    public HandlerRegistration<TState> StateEvent<T>(string manifest)
        where T : notnull => With(() => _codec.Add<T>(manifest));

    /// <summary>The name that this handler had when its first entities were made: they stand in the journal under it, and it goes on with them. Of several the first.</summary>
    /// <exception cref="ArgumentException">It is malformed.</exception>
    public HandlerRegistration<TState> FormerName(string name) => With(() => _storedName = Checked(name));

    /// <summary>Default: <see cref="Durability.Journal"/>.</summary>
    public HandlerRegistration<TState> WithDurability(Durability durability) => With(() => _durability = durability);

    /// <summary>Appends between two snapshots; 0: none. Default 200.</summary>
    public HandlerRegistration<TState> SnapshotEvery(int appends) => With(() => _snapshotEvery = appends);

    /// <summary>Idle time after which an entity leaves memory. Default 2 minutes.</summary>
    public HandlerRegistration<TState> PassivateAfter(TimeSpan idle) => With(() => _passivateAfter = idle);

    /// <summary>Artificial time per event; for demonstrations and tests. Default none.</summary>
    public HandlerRegistration<TState> WithDelay(TimeSpan delay) => With(() => _delay = delay);

    /// <param name="maxOutgoing">Outgoing events in one journal row at most.</param>
    /// <exception cref="ArgumentException">The journal would not give back a registered type.</exception>
    internal HandlerDefinition Build(int maxOutgoing = JournalEntry.MaxOutgoing)
    {
        if (_durability == Durability.Journal)
        {
            _codec.Check(_handler.Initial);
        }

        return new HandlerDefinition<TState>(_name, _handler, _keySelector)
        {
            StoredName = _storedName,
            Selector = new EventSelector(_types, _sources, _contentTypes),
            Durability = _durability,
            SnapshotEvery = _snapshotEvery,
            PassivateAfter = _passivateAfter,
            Delay = _delay,
            MaxOutgoingBytes = _maxOutgoing,
            MaxOutgoing = maxOutgoing,
            Codec = _codec,
        };
    }

    private static string Checked(string name) => name.Length is 0 or > 64 || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not '-' and not '.')
        ? throw new ArgumentException($"The handler name '{name}' must have 1 to 64 characters of a–z, 0–9, '-' and '.'.")
        : name;

    private HandlerRegistration<TState> With(Action change)
    {
        change();
        return this;
    }
}
