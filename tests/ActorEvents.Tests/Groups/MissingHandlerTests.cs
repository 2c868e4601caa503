using ActorEvents.Events;
using ActorEvents.Groups;
using ActorEvents.Journal.Stores;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using ActorEvents.Tests.Sources;
using Akka.Actor;
using Akka.Streams.Dsl;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Groups;

/// <summary>A node that lacks a handler which other nodes have: events of type a, b, a, and b is for that handler.</summary>
public sealed class MissingHandlerTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly EventSelector TakesB = new(["b"], [], []);

    private readonly MemoryPositions _positions = new();
    private IActorRef _group = ActorRefs.Nobody;

    public MissingHandlerTests()
        : base("akka.loglevel = OFF")
    {
    }

    /// <summary>It settled and committed them.</summary>
    [Fact]
    public void A_stream_is_committed_up_to_the_first_event_that_only_others_handle_and_read_on_from_there_when_nobody_has_that_handler_any_more()
    {
        Start(Missing(sources: []));
        Committed(1);
        Problem("list/0 is held from position 1 on (type 'b') for handler 'coupon' (which this node lacks; n2:1 has it)");
        Assert.Equal(1, _positions[TypedList.Stream.Name]?.Next);

        HoldBack();

        Committed(3);
    }

    [Fact]
    public void A_source_of_which_this_node_handles_nothing_is_left_to_the_nodes_that_do_until_there_are_none()
    {
        Start(Missing(sources: ["list"]));
        Problem("source list: left to other nodes: events of type 'b' are for handler 'coupon'");

        HoldBack();

        Committed(3);
    }

    [Fact]
    public void What_comes_to_be_lacking_while_the_node_runs_is_held_back_once_the_group_says_so()
    {
        Start();
        Committed(3);

        HoldBack(Missing(sources: []));

        _group.Tell(GetGroupStatus.Instance, TestActor);
        Assert.Contains(ExpectMsg<GroupStatus>(Patience).Subscriptions, s => s.Handler == HandlerStandIn.Name);
    }

    private static MissingHandler Missing(string[] sources) => new("coupon", TakesB, null, ["n2:1"], sources.ToHashSet(StringComparer.Ordinal));

    private void Start(params MissingHandler[] missing)
    {
        var settings = new GroupSettings(
            [], [new TypedList("a", "b", "a")], _positions, new MemoryDeadLetters(),
            new FlowOptions { CommitInterval = TimeSpan.FromMilliseconds(1) }, new DeliveryOptions(), TimeProvider.System, NullLoggerFactory.Instance)
        {
            Missing = missing,
        };
        _group = Sys.ActorOf(Props.Create(() => new EventGroup(settings)));
    }

    private void HoldBack(params MissingHandler[] missing)
    {
        var question = new HoldBack(missing);
        _group.Tell(question, TestActor);
        Assert.Same(question, ExpectMsg<HeldBack>(Patience).Now);
    }

    private void Committed(long next) => AwaitAssert(() => Assert.Equal(next, _positions[TypedList.Stream.Name]?.Next), Patience);

    private void Problem(string beginning) => AwaitAssert(
        () =>
        {
            _group.Tell(GetGroupStatus.Instance, TestActor);
            Assert.StartsWith(beginning, Assert.Single(ExpectMsg<GroupStatus>(Patience).Problems), StringComparison.Ordinal);
        },
        Patience);
}
