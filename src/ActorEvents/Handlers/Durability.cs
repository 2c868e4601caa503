namespace ActorEvents.Handlers;

/// <summary>Where the state of a handler's keys lives.</summary>
public enum Durability
{
    /// <summary>Every handled event is appended to the journal before it is answered (default).</summary>
    Journal,

    /// <summary>In memory only, answered at once: for live views, caches and push. A stop forgets state and positions.</summary>
    None,
}
