using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Sources;
using Confluent.Kafka;

namespace ActorEvents.Tests.Kafka.Sources;

public sealed class GroupStrangersTests
{
    private static readonly GroupMember s_node = new("actor-events-shop", "/10.0.0.1", [new("orders", 0), new("orders", 1)]);

    /// <summary>It took all partitions for 38 s while every probe said 200.</summary>
    [Fact]
    public void A_client_that_holds_partitions_of_the_source_and_is_no_node_is_named_with_them()
    {
        var problem = Problem(s_node, new GroupMember("kcat", "/10.0.0.9", [new("orders", 3), new("orders", 2)]));
        Assert.Contains("orders [2, 3] by client 'kcat' on /10.0.0.9", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_nodes_and_members_that_hold_nothing_of_it_are_no_problem() => Assert.Null(Problem(
        s_node, s_node with { Host = "/10.0.0.2" }, new GroupMember("kcat", "/10.0.0.9", []), new GroupMember("kcat", "/10.0.0.9", [new("other", 0)])));

    private static string? Problem(params GroupMember[] members) => GroupStrangers.Problem(members, "group", "actor-events-shop", ["orders"]);
}
