using ActorEvents.Events;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Handlers;

/// <summary>One entity as it is now.</summary>
/// <param name="Appending">An append is in flight.</param>
/// <param name="Deliveries">Lists that wait or are under way.</param>
/// <param name="Blocked">An event of it failed, or it cannot be read.</param>
/// <param name="Unreadable">Why its stored state cannot be read, or null.</param>
/// <param name="Positions">What it has of each stream.</param>
internal sealed record EntityStatus(
    string Handler, EntityKey Key, bool Appending, int Deliveries, bool Blocked, string? Unreadable, IReadOnlyList<StoredPosition> Positions);

/// <summary>Anyone → entity: answered with its <see cref="EntityStatus"/>. It wakes an entity that has left memory.</summary>
internal sealed record GetEntityStatus(EntityKey Key) : IEntityMessage;
