namespace ActorEvents.Hosting;

/// <summary>Where a node is in its life.</summary>
public enum NodeState
{
    Starting,
    Running,
    Draining,
    Stopped,
}
