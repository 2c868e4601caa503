using ActorEvents.Hosting;

namespace ActorEvents.Tests.Hosting;

public sealed class NodeLifeTests
{
    /// <summary>A stop that came while the node started was overwritten by the end of the start: a draining node said ready.</summary>
    [Fact]
    public void A_node_that_drains_never_runs_again()
    {
        var life = new NodeLife();
        life.Reach(NodeState.Draining);
        life.Reach(NodeState.Running);
        Assert.Equal(NodeState.Draining, life.Now);
        life.Reach(NodeState.Stopped);
        Assert.Equal(NodeState.Stopped, life.Now);
    }
}
