using ActorEvents.Events;
using ActorEvents.Journal.Entries;
using ActorEvents.Telemetry;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace ActorEvents.Handlers;

/// <summary>What both entity actors do for their flow: answers, timers, metrics, the relay's signal, the list of blocked keys, the log.</summary>
/// <param name="append">Null: the entity is kept in memory, and its flow asks for neither append nor snapshot.</param>
internal sealed class EntityOutput(EntityContext context, EntityKey key, IActorContext actor, IWithTimers timers, Action<JournalEntry>? append, Action<EntitySnapshot>? save)
    : IEntityOutput<IActorRef>
{
    private readonly string _handler = context.Handler.Name;

    public void Append(JournalEntry entry) => append!(entry);

    public void Save(EntitySnapshot snapshot) => save!(snapshot);

    public void NotSaved(Exception cause)
    {
        if (context.Failures.IsWorthSaying($"snapshot {cause.Message}"))
        {
            Log.SnapshotFailed(context.Logger, context.Handler.PersistenceId(key), cause.Message.TrimEnd('.'));
        }
    }

    public void Answer(IActorRef to, Done done) => to.Tell(done);

    public void Answer(IActorRef to, Resend resend) => to.Tell(resend);

    public void Wait(TimeSpan delay) => timers.Timers.StartSingleTimer(DelayOver.Instance, DelayOver.Instance, delay);

    public void Passivate() => actor.Parent.Tell(new Passivate(StopWhenDrained.Instance));

    public void Stop() => actor.Stop(actor.Self);

    public void Decided(JournalEntry entry)
    {
        Metrics.Decided(_handler, entry.Decided, entry.Repeats, entry.Rejections.Count);
        if (entry.Outgoing.Count > 0)
        {
            context.Signal.Appended();
        }

        foreach (var rejection in entry.Rejections)
        {
            var kind = context.Reasons.KindOf(rejection.Reason);
            Metrics.Rejected(_handler, kind);
            if (context.Failures.IsWorthSaying($"rejected {kind}"))
            {
                Log.Rejected(context.Logger, _handler, key.Value, rejection.EventId, rejection.Stream, rejection.Position, rejection.Reason);
            }
        }
    }

    public void Blocked(string reason, FailedEvent? failure)
    {
        if (failure is not null)
        {
            Metrics.HandlerFailed(_handler);
            if (context.Failures.IsWorthSaying($"{failure.Cause.GetType()} {failure.Event.Type}"))
            {
                Log.HandlerThrew(context.Logger, failure.Cause, _handler, failure.Event.Type, failure.Event.Id);
            }
        }

        if (context.Blocked.Add(_handler, key, reason, failure?.Event))
        {
            Log.KeyBlocked(context.Logger, _handler, key.Value, reason);
        }
    }

    public void Unblocked(string stream) => context.Blocked.Remove(_handler, key, stream);

    /// <summary>This incarnation ends: the next one finds out for itself.</summary>
    public void Unblocked(IEnumerable<string> streams)
    {
        foreach (var stream in streams)
        {
            Unblocked(stream);
        }
    }

    /// <summary>The snapshot is of another shape than the state's type now.</summary>
    public void Rebuilds()
    {
        if (context.Failures.IsWorthSaying("rebuilds"))
        {
            Log.Rebuilds(context.Logger, context.Handler.PersistenceId(key), _handler);
        }
    }

    /// <summary>The key stays in the list, over all that is tried, until a recovery succeeds.</summary>
    public void CannotRecover(Exception reason)
    {
        var why = $"cannot be recovered: {reason.GetBaseException().Message.TrimEnd('.')}";
        context.Blocked.Add(_handler, key, why, null);
        if (context.Failures.IsWorthSaying(why))
        {
            Log.KeyBlocked(context.Logger, _handler, key.Value, why);
        }
    }
}

/// <summary>To an entity's actor from itself: the handler's artificial delay is over.</summary>
internal sealed record DelayOver
{
    public static DelayOver Instance { get; } = new();
}

/// <summary>To an entity's actor from itself: time to look whether it is idle.</summary>
internal sealed record IdleCheck
{
    public static IdleCheck Instance { get; } = new();
}
