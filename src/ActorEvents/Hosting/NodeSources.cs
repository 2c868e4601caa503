using ActorEvents.Sources;

namespace ActorEvents.Hosting;

/// <summary>The sources of a node, made before its actor system: other nodes know by its roles which it has.</summary>
internal sealed record NodeSources(IReadOnlyList<IEventSource> All);
