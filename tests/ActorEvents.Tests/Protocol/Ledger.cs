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
internal sealed class LedgerHandler(Func<bool> fails, bool emits) : IEventHandler<Ledger>
{
    public Ledger Initial { get; } = new([]);

    public static HandlerDefinition Register(int index, Plan plan, Func<bool> fails, Func<bool> selectorFails)
    {
        var emits = !plan.LastIsVolatile || index < plan.Handlers - 1;
        var registration = new HandlerRegistration<Ledger>($"h{index}", new LedgerHandler(fails, emits), 10_000)
            .StateEvent<Applied>("applied").SnapshotEvery(plan.SnapshotEvery).KeyedBy(e => selectorFails() ? throw new InvalidOperationException("the key selector fails") : e.Key);
        if (plan.LastIsVolatile && index == plan.Handlers - 1)
        {
            registration.WithDurability(Durability.None);
        }

        if (index > 0)
        {
            registration.FromSources("/both");
            if (plan.OneKeyForSecond)
            {
                registration.KeyedBy(_ => selectorFails() ? throw new InvalidOperationException("the key selector fails") : "all");
            }
        }

        return registration.Build(plan.MaxOutgoing);
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

    private Decision Effect(EventEnvelope envelope)
    {
        var decision = Decision.Persist(new Applied(envelope.Id, envelope.DataSchema!));
        return emits ? decision.AndEmit("out", "applied", new { envelope.Id }) : decision;
    }
}
