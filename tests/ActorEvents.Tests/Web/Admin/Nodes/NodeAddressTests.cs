using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Nodes;
using Akka.Actor;

namespace ActorEvents.Tests.Web.Admin.Nodes;

public sealed class NodeAddressTests
{
    private static readonly Address s_self = new("akka.tcp", "actor-events", "127.0.0.1", 4053);

    [Theory]
    [InlineData("akka.tcp://actor-events@127.0.0.1:4053")]
    [InlineData("127.0.0.1:4053")]
    public void An_address_is_read_whole_or_as_host_and_port(string text) => Assert.Equal(s_self, NodeAddress.Parse(text, s_self, null));

    [Theory]
    [InlineData("localhost:70000")]
    [InlineData("localhost:0")]
    [InlineData("localhost")]
    [InlineData("")]
    [InlineData(":4053")]
    [InlineData("akka.tcp://X@")]
    [InlineData("akka.tcp://actor-events@:1")]
    [InlineData("akka.tcp://other@127.0.0.1:4053")]
    [InlineData("a b:1")]
    public void What_is_none_or_of_another_system_is_bad_data_before_anybody_is_asked(string text) =>
        Assert.Equal(CommandExit.BadData, Assert.Throws<CommandException>(() => NodeAddress.Parse(text, s_self, "address")).Exit);

    [Fact]
    public void Who_is_no_member_is_not_found() =>
        Assert.Equal(CommandExit.NotFound, Assert.Throws<CommandException>(() => NodeAddress.Member(s_self, [], "address")).Exit);
}
