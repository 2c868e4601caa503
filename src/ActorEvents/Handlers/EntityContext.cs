using ActorEvents.Journal;
using ActorEvents.Retries;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Handlers;

/// <summary>What the entities of one handler type share.</summary>
/// <param name="Journal">Where entities with <see cref="Durability.Journal"/> store.</param>
internal sealed record EntityContext(HandlerDefinition Handler, IEntityJournal Journal, IJournalSignal Signal, TimeProvider Time, ILogger Logger, BlockedKeys Blocked)
{
    /// <summary>What fails for all entities at once (the journal is away) is not said for each.</summary>
    internal RepeatedErrors Failures { get; } = new(Time);

    /// <summary>Kinds of rejections, for the counter.</summary>
    internal RejectionKinds Reasons { get; } = new();

    /// <summary>The journal's database, in metrics and traces (<c>db.system.name</c>).</summary>
    internal string JournalSystem { get; init; } = "other_sql";
}
