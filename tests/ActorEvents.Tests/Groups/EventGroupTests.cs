using System.Collections.Concurrent;
using ActorEvents.Groups;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using ActorEvents.Tests.Sources;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Groups;

public sealed class EventGroupTests() : TestKit("akka.loglevel = OFF")
{
    /// <summary>A node without handlers settles what it reads, and a source of its own may do more than that (the shop's feed).</summary>
    [Fact]
    public void A_source_that_fails_starts_again_also_on_a_node_without_handlers()
    {
        var source = Run();
        AwaitAssert(() => Assert.True(source.Starts.Count >= 3, $"{source.Starts.Count} starts"), TimeSpan.FromSeconds(20));
    }

    /// <summary>A materializer is an actor of its own and lives as long as the system: one for each start would be a leak.</summary>
    [Fact]
    public void All_starts_of_a_source_share_one_materializer()
    {
        var source = Run();
        AwaitAssert(() => Assert.True(source.Starts.Count >= 3, $"{source.Starts.Count} starts"), TimeSpan.FromSeconds(20));
        Assert.Single(source.Starts.Select(s => s.Materializer).Distinct());
    }

    [Fact]
    public void A_source_that_fails_is_named_with_its_reason_for_readiness()
    {
        var group = Group(new FailingSource());
        AwaitAssert(
            () =>
            {
                group.Tell(GetGroupStatus.Instance, TestActor);
                var problem = Assert.Single(ExpectMsg<GroupStatus>(TimeSpan.FromSeconds(20)).Problems);
                Assert.StartsWith("source failing: failed and is started again: ", problem, StringComparison.Ordinal);
            },
            TimeSpan.FromSeconds(20));
    }

    /// <summary>A source whose broker hangs may not end; what the others came to must be told all the same.</summary>
    [Fact]
    public void A_drain_is_answered_although_a_source_is_not_and_names_it()
    {
        Group(new SilentSource()).Tell(new DrainGroup(TimeSpan.FromMilliseconds(50)), TestActor);
        var drained = ExpectMsg<GroupDrained>(TimeSpan.FromSeconds(20));
        Assert.Equal(["silent"], drained.Unanswered);
        Assert.Empty(drained.Sources);
    }

    /// <summary>A singleton that moved away and came back: what its first life came to says nothing of the second.</summary>
    [Fact]
    public void A_drain_tells_nothing_of_a_source_that_was_handed_over_before()
    {
        var group = Group(new ReturningSource());
        group.Tell(new AttachSource("returning"), TestActor);
        group.Tell(new DetachSource("returning", TimeSpan.FromSeconds(20)), TestActor);
        ExpectMsg<SourceDetached>(TimeSpan.FromSeconds(20));
        group.Tell(new AttachSource("returning"), TestActor);
        group.Tell(new DrainGroup(TimeSpan.FromMilliseconds(50)), TestActor);
        var drained = ExpectMsg<GroupDrained>(TimeSpan.FromSeconds(20));
        Assert.Equal(["returning"], drained.Unanswered);
        Assert.Empty(drained.Sources);
    }

    private FailingSource Run()
    {
        var source = new FailingSource();
        Group(source);
        return source;
    }

    private IActorRef Group(IEventSource source)
    {
        var settings = new GroupSettings(
            [], [source], new MemoryPositions(), new MemoryDeadLetters(),
            new FlowOptions(), new DeliveryOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        return Sys.ActorOf(Props.Create(() => new EventGroup(settings)));
    }

    private sealed class SilentSource : IEventSource
    {
        public string Name => "silent";

        public SourcePlacement Placement => SourcePlacement.EveryNode;

        public string Describe => "does not answer";

        public Props Props(SourceContext context) => Akka.Actor.Props.Create(() => new Silent());
    }

    private sealed class Silent : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }

    private sealed class ReturningSource : IEventSource
    {
        private bool _started;

        public string Name => "returning";

        public SourcePlacement Placement => SourcePlacement.Singleton;

        public string Describe => "drains at its first start, and does not answer at its second";

        public Props Props(SourceContext context)
        {
            if (_started)
            {
                return Akka.Actor.Props.Create(() => new Silent());
            }

            _started = true;
            return Akka.Actor.Props.Create(() => new Idle(context));
        }

        private sealed class Idle(SourceContext context) : SourceActor(context);
    }

    private sealed class FailingSource : IEventSource
    {
        public ConcurrentQueue<SourceContext> Starts { get; } = [];

        public string Name => "failing";

        public SourcePlacement Placement => SourcePlacement.EveryNode;

        public string Describe => "fails at each start";

        public Props Props(SourceContext context) => Akka.Actor.Props.Create(() => new Failing(context, this));

        private sealed class Failing(SourceContext context, FailingSource source) : SourceActor(context)
        {
            protected override void PreStart()
            {
                source.Starts.Enqueue(Source);
                throw new InvalidOperationException("on purpose");
            }
        }
    }
}
