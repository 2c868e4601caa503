using ActorEvents.Hosting;
using Akka.Event;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace ActorEvents.Tests.Hosting;

public sealed class AkkaLogTests
{
    /// <summary>Each stop of a node wrote dozens of lines, some of them errors with their stacks, about which nobody could do anything.</summary>
    [Fact]
    public void What_passes_by_itself_at_every_stop_is_said_at_level_debug_only()
    {
        Assert.Equal(Level.Debug, LevelOf(new Warning("akka://events/system/sharding/order", typeof(object), "order: Dropping [1] buffered messages to shard [3] during hand off to avoid re-ordering")));
        Assert.Equal(Level.Debug, LevelOf(new Error(new InvalidOperationException(), "akka://events/system/endpointManager/reliableEndpointWriter-1/endpointWriter", typeof(object), "Disassociated")));
        Assert.Equal(Level.Warning, LevelOf(new Warning("akka://events/system/cluster/core/daemon/downingProvider", typeof(object), "SBR took decision DownUnreachable")));
        Assert.Equal(Level.Error, LevelOf(new Error(null, "akka://events/user/mine", typeof(object), "failed")));
    }

    private static Level LevelOf(LogEvent said) => AkkaLog.LevelOf(said, said.Message.ToString()!);
}
