using System.Collections.Immutable;
using ActorEvents.Events;
using ActorEvents.Handlers;

namespace ActorEvents.Tests.Protocol;

/// <param name="Id">Of the record.</param>
/// <param name="Event">What must be counted once.</param>
public sealed record Applied(string Id, string Event);

/// <summary>The state of an entity: all that was ever applied to it, in order.</summary>
public sealed record Ledger(ImmutableList<Applied> All);

/// <summary>Writes down what it gets; fails when it is told to.</summary>
internal sealed class LedgerHandler(Func<bool> fails) : IEventHandler<Ledger>
{
    public Ledger Initial { get; } = new([]);

    public static HandlerDefinition Register(int index, Plan plan, Func<bool> fails)
    {
        var registration = new HandlerRegistration<Ledger>($"h{index}", new LedgerHandler(fails), 1_000)
            .StateEvent<Applied>("applied").SnapshotEvery(plan.SnapshotEvery);
        if (plan.LastIsVolatile && index == plan.Handlers - 1)
        {
            registration.WithDurability(Durability.None);
        }

        if (index > 0)
        {
            registration.FromSources("/both");
            if (plan.OneKeyForSecond)
            {
                registration.KeyedBy(_ => "all");
            }
        }

        return registration.Build();
    }

    public Decision Handle(Ledger state, EventEnvelope envelope)
    {
        if (fails())
        {
            throw new InvalidOperationException("the handler fails");
        }

        return Enum.Parse<Kind>(envelope.Type) switch
        {
            Kind.Effect => Effect(envelope),
            Kind.Conditional => envelope.Subject is null || state.All.Exists(a => a.Event == envelope.Subject) ? Effect(envelope) : Decision.Nothing,
            Kind.Rejected => Decision.Reject(envelope.DataSchema!),
            _ => Decision.Nothing,
        };
    }

    public Ledger Apply(Ledger state, object stateEvent) => new(state.All.Add((Applied)stateEvent));

    private static Decision Effect(EventEnvelope envelope) => Decision.Persist(new Applied(envelope.Id, envelope.DataSchema!));
}
