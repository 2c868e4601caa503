using ActorEvents.Handlers;
using ActorEvents.Journal.Stores;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Groups;

/// <summary>What the group of a node is made of.</summary>
internal sealed record GroupSettings(
    IReadOnlyList<(HandlerDefinition Handler, IActorRef Region)> Handlers,
    IReadOnlyList<IEventSource> Sources,
    IPositionStore Positions,
    IDeadLetterStore DeadLetters,
    FlowOptions Flow,
    DeliveryOptions Delivery,
    TimeProvider Time,
    ILoggerFactory Logging)
{
    /// <summary>What stands still from the start, until somebody lets it go on.</summary>
    public IReadOnlyCollection<(PartKind Kind, string Name)> Paused { get; init; } = [];

    /// <summary>Handler types that others of the cluster have, as far as is known at the start.</summary>
    public IReadOnlyList<MissingHandler> Missing { get; init; } = [];
}
