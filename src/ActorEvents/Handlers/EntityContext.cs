using ActorEvents.Journal;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Handlers;

/// <summary>What the entities of one handler type share.</summary>
public sealed record EntityContext(HandlerDefinition Handler, IJournalSignal Signal, TimeProvider Time, ILogger Logger, BlockedKeys Blocked)
{
    /// <summary>Plugin ids; empty: the default ones.</summary>
    public string JournalPluginId { get; init; } = "";

    public string SnapshotPluginId { get; init; } = "";
}
