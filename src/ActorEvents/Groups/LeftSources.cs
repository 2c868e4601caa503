using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;

namespace ActorEvents.Groups;

/// <summary>
/// What a node does about handler types that it lacks: streams of theirs are held; a source whose events are for none of its own handler types is left to the nodes that have them.
/// </summary>
internal sealed class LeftSources(IReadOnlyList<HandlerDefinition> handlers)
{
    private readonly Dictionary<string, string> _left = new(StringComparer.Ordinal);

    /// <summary>What the node lacks.</summary>
    public IReadOnlyList<MissingHandler> Missing { get; private set; } = [];

    /// <summary>Sources that are left to others.</summary>
    public IReadOnlyCollection<string> Names => _left.Keys;

    /// <summary>Takes note of what is lacking now.</summary>
    /// <returns>Whether the lanes have to start again: something else is taken than before.</returns>
    public bool Take(IReadOnlyList<MissingHandler> missing)
    {
        var same = missing.Select(Key).Order().SequenceEqual(Missing.Select(Key).Order());
        Missing = missing;
        return !same;

        static (string, string) Key(MissingHandler handler) => (handler.Name, handler.Takes.Text);
    }

    /// <summary>Whether a source is of use elsewhere only.</summary>
    public bool Leave(IEventSource source, EventEnvelope envelope)
    {
        if (source.Placement != SourcePlacement.EveryNode || handlers.Any(h => h.Selector.Matches(envelope))
            || Missing.FirstOrDefault(m => m.Misses(envelope) && m.Nodes.Count > 0 && m.Sources.Contains(source.Name)) is not { } handler)
        {
            return false;
        }

        _left[source.Name] = $"left to other nodes: events of type '{envelope.Type}' are for {handler}. Give this node that handler, or take the source away from it";
        return true;
    }

    /// <summary>All sources are tried again.</summary>
    public void Return() => _left.Clear();

    /// <summary>Why a source is not read here; null: it is not left to others.</summary>
    public string? Reason(string source) => _left.GetValueOrDefault(source);

    /// <summary>What is held and by whom it could go on, a text each.</summary>
    public IEnumerable<string> Problems(IEnumerable<HeldStream> held) =>
        from stream in held
        let handler = Missing.FirstOrDefault(m => m.Name == stream.Handler)
        where handler is not null
        select $"{stream.Stream} is held from position {stream.Position} on (type '{stream.Type}') for {handler}: it goes on where a node with that handler reads it. Give this node the handler, or stop this node";
}
