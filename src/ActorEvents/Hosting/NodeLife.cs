namespace ActorEvents.Hosting;

/// <summary>What a node is at; it goes forward only: one that was told to stop while it started never says again that it runs. Thread-safe.</summary>
internal sealed class NodeLife
{
    private int _now = (int)NodeState.Starting;

    public NodeState Now => (NodeState)Volatile.Read(ref _now);

    /// <summary>Nothing where the node is further on already.</summary>
    public void Reach(NodeState state)
    {
        for (var now = Volatile.Read(ref _now); now < (int)state; now = Volatile.Read(ref _now))
        {
            Interlocked.CompareExchange(ref _now, (int)state, now);
        }
    }
}
