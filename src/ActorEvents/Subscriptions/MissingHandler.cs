using ActorEvents.Events;

namespace ActorEvents.Subscriptions;

/// <summary>A handler type that other nodes of the cluster have and this one lacks, or has for fewer events.</summary>
/// <param name="Takes">What it takes there.</param>
/// <param name="Own">What the handler type of that name takes here; null: there is none.</param>
/// <param name="Nodes">Who has it, for people; none: those that had it are lost, and may come back.</param>
/// <param name="Sources">Sources that one of them has.</param>
internal sealed record MissingHandler(string Name, EventSelector Takes, EventSelector? Own, IReadOnlyList<string> Nodes, IReadOnlySet<string> Sources)
{
    /// <summary>Whether an event would be handled there and not here.</summary>
    public bool Misses(EventEnvelope envelope) => Takes.Matches(envelope) && Own?.Matches(envelope) != true;

    public override string ToString() =>
        $"handler '{Name}' ({(Own is null ? "which this node lacks" : "which takes fewer events on this node")}; {(Nodes.Count == 0 ? "nodes that had it are lost" : $"{string.Join(", ", Nodes)} {(Nodes.Count == 1 ? "has" : "have")} it")})";
}
