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
        Assert.Equal(Level.Warning, LevelOf(new Warning("akka://events/system/cluster/core/daemon/downingProvider", typeof(object), "SBR took decision Akka.Cluster.SBR.DownAll and is downing")));
        Assert.Equal(Level.Error, LevelOf(new Error(null, "akka://events/user/mine", typeof(object), "failed")));
    }

    /// <summary>A seed node that was a page of HTTP, and a probe at the cluster's port, wrote an error with its stack every few seconds.</summary>
    [Fact]
    public void What_comes_over_a_connection_and_is_none_of_Akkas_is_one_kind_of_error()
    {
        var handler = typeof(Akka.Remote.RemoteSettings).Assembly.GetType("Akka.Remote.Transport.DotNetty.TcpClientHandler", throwOnError: true)!;

        Assert.Equal("TcpClientHandler/FormatException", AkkaLog.OfConnection(new Error(new FormatException("a"), "TcpClientHandler", handler, "Error caught channel [1]")));
        Assert.Null(AkkaLog.OfConnection(new Error(new FormatException("a"), "akka://events/user/mine", typeof(object), "failed")));
        Assert.Null(AkkaLog.OfConnection(new Warning("TcpClientHandler", handler, "without a cause")));
    }

    private static Level LevelOf(LogEvent said) => AkkaLog.LevelOf(said, said.Message.ToString()!);
}
