using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorEvents.Events;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Handlers;

/// <summary>
/// Turns a handler's state events and state into bytes and back: JSON under a manifest that the handler registered. No type name is ever written,
/// and no type is ever looked up by a name that was read.
/// </summary>
internal sealed class StateCodec(string handler)
{
    private readonly Dictionary<Type, string> _manifests = [];
    private readonly Dictionary<string, Func<ReadOnlyMemory<byte>, object>> _decoders = new(StringComparer.Ordinal);
    private HashSet<Type>? _states;

    /// <summary>Of the state's type (<see cref="StateShape"/>): a snapshot of another one is not read.</summary>
    public string Shape { get; private set; } = "";

    public void Add<T>(string manifest)
        where T : notnull
    {
        if (!_decoders.TryAdd(manifest, bytes => JsonSerializer.Deserialize<T>(bytes.Span, EventJson.Options)
            ?? throw new UnreadableStateException($"'{manifest}' holds the JSON literal null")))
        {
            throw new ArgumentException($"Handler '{handler}' registers the manifest '{manifest}' twice; give each state event its own.");
        }

        _manifests[typeof(T)] = manifest;
    }

    public StoredPayload Encode(object value) => _manifests.TryGetValue(value.GetType(), out var manifest)
        ? new StoredPayload(manifest, JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), EventJson.Options))
        : throw new InvalidOperationException(
            $"Handler '{handler}' persists {value.GetType().Name}, which is not registered; add .StateEvent<{value.GetType().Name}>(\"a-manifest\") to its registration.");

    /// <summary>The state of a snapshot, by its declared type: a derived one needs a discriminator there.</summary>
    public StoredPayload EncodeState<TState>(TState state)
        where TState : notnull
    {
        CheckState<TState>(state);
        return new StoredPayload(HandlerDefinition.StateManifest, JsonSerializer.SerializeToUtf8Bytes(state, EventJson.Options));
    }

    /// <summary>Whether a snapshot could hold a state of that type.</summary>
    /// <exception cref="InvalidOperationException">It would be written as another one.</exception>
    public void CheckState<TState>(object state)
    {
        if (_states?.Contains(state.GetType()) == false)
        {
            throw new InvalidOperationException(
                $"Handler '{handler}' has a state of type {state.GetType().Name}, which would be written as {typeof(TState).Name}; put [JsonDerivedType(typeof({state.GetType().Name}), \"a-name\")] on {typeof(TState).Name}.");
        }
    }

    /// <summary>Refuses what the journal would not give back: by type all that is registered, and the initial state there and back.</summary>
    /// <exception cref="ArgumentException">Names the type, the member and the cure.</exception>
    public void Check<TState>(TState initial)
        where TState : notnull
    {
        foreach (var (type, manifest) in _manifests)
        {
            if (StoredShape.Flaw(type, exact: manifest != HandlerDefinition.StateManifest) is { } flaw)
            {
                throw Refused(manifest, flaw);
            }
        }

        var state = EventJson.Options.GetTypeInfo(typeof(TState));
        _states = state.Kind == JsonTypeInfoKind.Object ? [typeof(TState), .. state.PolymorphismOptions?.DerivedTypes.Select(d => d.DerivedType) ?? []] : null;
        Shape = StateShape.Of(typeof(TState));
        StoredPayload once, twice;
        try
        {
            once = EncodeState(initial);
            twice = EncodeState((TState)Decode(once));
        }
        catch (Exception e)
        {
            throw Refused(HandlerDefinition.StateManifest, $"the initial state cannot be stored and read: {e.Message}");
        }

        if (!once.Bytes.Span.SequenceEqual(twice.Bytes.Span))
        {
            throw Refused(
                HandlerDefinition.StateManifest,
                $"the initial state {Encoding.UTF8.GetString(once.Bytes.Span)} comes back as {Encoding.UTF8.GetString(twice.Bytes.Span)}; let each property take what it is given");
        }
    }

    public object Decode(StoredPayload payload)
    {
        if (!_decoders.TryGetValue(payload.Manifest, out var decode))
        {
            throw new UnreadableStateException(
                $"unknown manifest '{payload.Manifest}'; handler '{handler}' knows: {string.Join(", ", _decoders.Keys.Order(StringComparer.Ordinal))}");
        }

        try
        {
            return decode(payload.Bytes);
        }
        catch (JsonException e)
        {
            throw new UnreadableStateException($"'{payload.Manifest}' cannot be read: {e.Message}");
        }
    }

    private ArgumentException Refused(string manifest, string flaw) => new(
        manifest == HandlerDefinition.StateManifest
            ? $"The state of handler '{handler}' would not survive the journal: {flaw}."
            : $"The state event '{manifest}' of handler '{handler}' would not survive the journal: {flaw}.");
}

/// <summary>User bytes of the journal or of a snapshot that the present code cannot read.</summary>
internal sealed class UnreadableStateException(string reason) : Exception(reason);
