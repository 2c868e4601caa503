using ActorEvents.Web.Admin.Palettes;
using Akka.Actor;

namespace ActorEvents.Tests.Web.Admin.Palettes;

/// <summary>When the system's name must be typed before members go.</summary>
public sealed class GraveTests
{
    [Theory]
    [InlineData(3, "1", "it is the node that is asked")]
    [InlineData(1, "1", "it is the node that is asked")]
    [InlineData(2, "2", "only 1 of 2 members that are up would be left, which is no majority")]
    [InlineData(3, "2 3", "only 1 of 3 members that are up would be left, which is no majority")]
    [InlineData(4, "2 3", "only 2 of 4 members that are up would be left, which is no majority")]
    [InlineData(3, "2", null)]
    [InlineData(5, "2 3", null)]
    public void It_must_for_the_node_itself_and_where_no_majority_would_be_left(int up, string going, string? why)
    {
        var members = Enumerable.Range(1, up).Select(n => (Node(n), true)).ToList();

        Assert.Equal(why, ClusterChanges.Grave(Node(1), members, [.. going.Split(' ').Select(n => Node(int.Parse(n, System.Globalization.CultureInfo.InvariantCulture)))]));
    }

    [Fact]
    public void A_member_that_is_not_up_yet_is_no_loss() =>
        Assert.Null(ClusterChanges.Grave(Node(1), [(Node(1), true), (Node(2), false)], [Node(2)]));

    [Fact]
    public void The_last_one_that_is_up_must() =>
        Assert.Equal("no member that is up would be left", ClusterChanges.Grave(Node(1), [(Node(1), false), (Node(2), true)], [Node(2)]));

    private static Address Node(int number) => new("akka.tcp", "actor-events", "127.0.0.1", 4050 + number);
}
