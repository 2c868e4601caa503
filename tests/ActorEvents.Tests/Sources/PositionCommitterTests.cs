using ActorEvents.Journal.Stores;
using ActorEvents.Sources;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Sources;

public sealed class PositionCommitterTests() : TestKit("akka.loglevel = OFF")
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private readonly MemoryPositions _positions = new();

    // A lane that was ended and the one that took its stream over once shared a slot: the later message won, and the other lane waited for ever.
    [Theory]
    [InlineData(5, 10)]
    [InlineData(10, 5)]
    public void Two_lanes_of_one_stream_are_both_answered_and_the_higher_position_is_kept(long first, long second)
    {
        var committer = Sys.ActorOf(Props.Create(() => new PositionCommitter(_positions, TimeSpan.FromMilliseconds(50), TimeProvider.System, NullLogger.Instance)));
        var (one, other) = (CreateTestProbe(), CreateTestProbe());
        committer.Tell(new CommitPosition(new CommittedPosition("s", first)), one);
        committer.Tell(new CommitPosition(new CommittedPosition("s", second)), other);
        Assert.Equal(first, one.ExpectMsg<PositionCommitted>(Soon).Position.Next);
        Assert.Equal(second, other.ExpectMsg<PositionCommitted>(Soon).Position.Next);
        Assert.Equal(10, _positions["s"]?.Next);
    }

    [Fact]
    public void After_a_failed_write_a_lane_s_later_position_is_written_and_answered()
    {
        var refuse = true;
        var committer = Sys.ActorOf(Props.Create(() => new PositionCommitter(_positions, TimeSpan.FromMilliseconds(1), TimeProvider.System, NullLogger.Instance)));
        _positions.OnRaise = p =>
        {
            if (refuse)
            {
                refuse = false;
                committer.Tell(new CommitPosition(new CommittedPosition("s", p.Next + 1)), TestActor);
                throw new InvalidOperationException("the database is away");
            }
        };
        committer.Tell(new CommitPosition(new CommittedPosition("s", 7)), TestActor);
        Assert.Equal(8, ExpectMsg<PositionCommitted>(Soon).Position.Next);
        Assert.Equal(8, _positions["s"]?.Next);
    }
}
