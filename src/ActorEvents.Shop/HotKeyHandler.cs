using ActorEvents.Events;
using ActorEvents.Handlers;

namespace ActorEvents.Shop;

/// <summary>How many lines came by.</summary>
public sealed record Everything(long Lines);

/// <summary>One more line.</summary>
public sealed record OneMore;

/// <summary>For demonstrations: every line under one key (switch <c>shop.hot-key</c>).</summary>
public sealed class HotKeyHandler : IEventHandler<Everything>
{
    public Everything Initial => new(0);

    public Decision Handle(Everything state, EventEnvelope envelope) => Decision.Persist(new OneMore());

    public Everything Apply(Everything state, object stateEvent) => new(state.Lines + 1);
}
