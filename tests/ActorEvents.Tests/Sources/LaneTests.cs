using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;
using Akka.Actor;

namespace ActorEvents.Tests.Sources;

/// <summary>Lane, source and committer with a stream of which the test sees what is pulled.</summary>
public sealed class LaneTests : SourceKit
{
    private static readonly StreamId Stream = StreamId.ForPartition("list", "list", "id", 0);

    [Fact]
    public void Credits_bound_what_is_emitted_and_what_is_pulled()
    {
        var list = new BatchSource(Batches(100, 10));
        var subscription = Subscribe();
        Start(list, [subscription], new FlowOptions { MaxEvents = 10, EmitBatch = 4 });
        subscription.Opens();
        Assert.Equal(Enumerable.Range(0, 10), subscription.Takes(10).Select(e => (int)e.Position.Number));
        for (var i = 0; i < 25; i++)
        {
            subscription.Settles(i);
            Assert.Equal(10 + i, subscription.Takes(1)[0].Position.Number);
            Assert.Equal(0, subscription.Over);
        }

        // 35 events are of four batches; one more waits beside the lane's, and the reader may be at work on the next.
        Assert.InRange(list.Pulled, 4, 6);
    }

    [Fact]
    public void Bytes_are_credits_too_and_one_event_may_always_go()
    {
        var subscription = Subscribe();
        Start(new BatchSource(Batches(2, 10, size: 700)), [subscription], new FlowOptions { MaxBytes = 1_024 });
        subscription.Opens();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(i, subscription.Takes(1)[0].Position.Number);
            Assert.Equal(0, subscription.Over);
            subscription.Settles(i);
        }
    }

    [Fact]
    public void Events_settled_out_of_order_give_credit_at_once_and_are_committed_without_a_gap()
    {
        var subscription = Subscribe();
        Start(new BatchSource(Batches(10, 10)), [subscription], new FlowOptions { MaxEvents = 4 });
        subscription.Opens();
        subscription.Takes(4);
        subscription.Settles(3, 1, 2);
        Assert.Equal([4L, 5, 6], subscription.Takes(3).Select(e => e.Position.Number));
        Assert.Null(Positions[Stream.Name]);
        subscription.Settles(0);
        AwaitAssert(() => Assert.Equal(new CommittedPosition(Stream.Name, 4, 3_000), Positions[Stream.Name]));
    }

    [Fact]
    public void The_span_bounds_what_is_settled_behind_a_gap()
    {
        var subscription = Subscribe();
        Start(new BatchSource(Batches(10, 10)), [subscription], new FlowOptions { MaxEvents = 4, Span = 8 });
        subscription.Opens();
        subscription.Takes(4);
        subscription.Settles(1, 2, 3);
        Assert.Equal([4L, 5, 6], subscription.Takes(3).Select(e => e.Position.Number));
        subscription.Settles(4, 5, 6);
        Assert.Equal(7, subscription.Takes(1)[0].Position.Number);
        Assert.Equal(0, subscription.Over);
        AwaitAssert(() => Assert.Contains(Recorded.Lines, l => l.Contains("8 positions (flow.span) are tracked from 0 on, which handler handler-0 has not settled", StringComparison.Ordinal)));
        subscription.Settles(0);
        Assert.Equal([8L, 9, 10], subscription.Takes(3).Select(e => e.Position.Number));
    }

    [Fact]
    public void An_event_is_committed_when_every_subscription_has_settled_it_and_repeats_count_once()
    {
        var (first, second) = (Subscribe(), Subscribe(1));
        Start(new BatchSource(Batches(1, 3)), [first, second]);
        first.Opens();
        second.Opens();
        first.Takes(3);
        first.Settles(0, 1, 2);
        first.Settles(0, 1, 2);
        second.Settles(0);
        AwaitAssert(() => Assert.Equal(1, Positions[Stream.Name]?.Next));
        second.Settles(1, 2);
        AwaitAssert(() => Assert.Equal(3, Positions[Stream.Name]?.Next));
    }

    [Fact]
    public void Nothing_is_emitted_before_all_subscriptions_listen()
    {
        var (first, second) = (Subscribe(), Subscribe(1));
        var stream = CreateTestProbe();
        var lane = StartLane(Stream, first, second);
        lane.Tell(LaneActor.Begin.Instance, stream);
        lane.Tell(new SessionOpened(first.Opens(), 0));

        // One of two listens, and has said it twice: what the lane pulled now, it would emit to the one alone.
        lane.Tell(new Identify(null), stream);
        stream.ExpectMsg<ActorIdentity>(TimeSpan.FromSeconds(20));

        second.Opens();
        stream.ExpectMsg<LaneActor.Pulled>(TimeSpan.FromSeconds(20));
        lane.Tell(Batches(1, 1)[0], stream);
        Assert.Single(first.Takes(1));
        Assert.Single(second.Takes(1));
    }

    [Fact]
    public void An_empty_batch_does_not_stop_the_stream()
    {
        var subscription = Subscribe();
        Start(new BatchSource([[], .. Batches(1, 1)]), [subscription]);
        subscription.Opens();
        Assert.Single(subscription.Takes(1));
    }

    [Fact]
    public void A_drain_waits_for_what_is_under_way_and_says_what_was_committed()
    {
        var subscription = Subscribe();
        Start(new BatchSource(Batches(10, 10)), [subscription], new FlowOptions { MaxEvents = 4 });
        var lane = subscription.Opens().Lane;
        subscription.Takes(4);
        lane.Tell(new DrainLane(TimeSpan.FromSeconds(60)), TestActor);
        subscription.Settles(0, 1, 2, 3);
        Assert.Equal(new LaneDrained(Stream, 4, 0), ExpectMsg<LaneDrained>(TimeSpan.FromSeconds(20)));
        subscription.Closes();
        Assert.Equal(4, Positions[Stream.Name]?.Next);
    }

    [Fact]
    public void A_drain_ends_at_its_deadline_and_says_what_is_unsettled()
    {
        var subscription = Subscribe();
        var source = Start(new BatchSource(Batches(10, 10)), [subscription], new FlowOptions { MaxEvents = 4 });
        subscription.Opens();
        subscription.Takes(4);
        subscription.Settles(0);
        subscription.Takes(1);
        AwaitAssert(() => Assert.Equal(1, Positions[Stream.Name]?.Next));
        Watch(source);
        source.Tell(new DrainSource(TimeSpan.FromMilliseconds(50)), TestActor);
        Assert.Equal(new LaneDrained(Stream, 1, 4), Assert.Single(ExpectMsg<SourceDrained>(TimeSpan.FromSeconds(20)).Lanes));
        subscription.Closes();
        ExpectTerminated(source);
    }

    [Fact]
    public void A_drain_of_lanes_that_are_not_there_is_answered()
    {
        var subscription = Subscribe();
        var source = Start(new BatchSource(Batches(1, 1)), [subscription]);
        subscription.Opens();
        source.Tell(new DrainLanes([StreamId.ForPartition("list", "other", "id", 1)], TimeSpan.FromSeconds(60)), TestActor);
        Assert.Empty(ExpectMsg<LanesDrained>(TimeSpan.FromSeconds(20)).Lanes);
    }

    [Fact]
    public void Dead_letters_are_stored_before_they_are_committed_and_stored_again_after_a_failure()
    {
        DeadLetters.Refuse = 2;
        Positions.OnRaise = p => Assert.True(p.Next <= 1 || DeadLetters.Stored.Any(d => d.Position.Number == 1), $"{p.Next} is committed, the dead letter is not stored");
        var dead = new SourceRecord(1, null, new DeadLetter(new EventPosition(Stream, 1), "bad", null, [1], []), 1_000);
        var subscription = Subscribe();
        Start(new BatchSource([[Record(0), dead, Record(2)]]), [subscription]);
        subscription.Opens();
        Assert.Equal([0L, 2], subscription.Takes(2).Select(e => e.Position.Number));
        subscription.Settles(0, 2);
        AwaitAssert(() => Assert.Equal(3, Positions[Stream.Name]?.Next), TimeSpan.FromSeconds(20));
        Assert.Equal("bad", Assert.Single(DeadLetters.Stored).Reason);
    }

    [Fact]
    public async Task Many_dead_letters_make_few_log_lines_and_none_is_left_out()
    {
        var dead = Enumerable.Range(0, 2_000).Select(i => new SourceRecord(i, null, new DeadLetter(new EventPosition(Stream, i), "bad", null, [1], [])));
        var subscription = Subscribe();
        Start(new BatchSource([.. dead.Chunk(10)]), [subscription]);
        subscription.Opens();
        subscription.Closes();
        Assert.Equal(2_000, DeadLetters.Stored.Count);
        await DeadLetterWriter.GracefulStop(TimeSpan.FromSeconds(20));
        var counts = Recorded.Lines.Where(l => l.Contains("became dead letters", StringComparison.Ordinal)).Select(l => int.Parse(l.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(2_000, counts.Sum());
        Assert.InRange(counts.Length, 1, 3);
    }

    [Fact]
    public void A_stream_that_ends_closes_its_session_when_all_of_it_is_committed()
    {
        var subscription = Subscribe();
        Start(new BatchSource(Batches(1, 3)), [subscription]);
        subscription.Opens();
        subscription.Takes(3);
        subscription.Settles(2, 1, 0);
        subscription.Closes();
        Assert.Equal(3, Positions[Stream.Name]?.Next);
    }

    [Fact]
    public void A_stream_that_fails_ends_the_session_and_the_source()
    {
        var subscription = Subscribe();
        var source = Start(new BatchSource(Batches(1, 3), fail: true), [subscription]);
        Watch(source);
        subscription.Opens();
        subscription.Takes(3);
        ExpectTerminated(source, TimeSpan.FromSeconds(20));
        subscription.Closes();
    }

    [Fact]
    public void A_stream_that_does_not_ascend_ends_the_source()
    {
        var subscription = Subscribe();
        var source = Start(new BatchSource([[Record(1), Record(1)]]), [subscription]);
        Watch(source);
        subscription.Opens();
        ExpectTerminated(source, TimeSpan.FromSeconds(20));
    }

    private static SourceRecord Record(long number, int size = 10) => new(
        number,
        new EventEnvelope { Id = $"{number}", Source = "/list", Type = "number", Key = "k", Position = new EventPosition(Stream, number), Size = size },
        null,
        number * 1_000);

    private static SourceRecord[][] Batches(int batches, int records, int size = 10) =>
        [.. Enumerable.Range(0, batches).Select(b => Enumerable.Range(b * records, records).Select(i => Record(i, size)).ToArray())];

    private sealed class BatchSource(SourceRecord[][] batches, bool fail = false) : IEventSource
    {
        private int _pulled;

        public string Name => "list";

        public SourcePlacement Placement => SourcePlacement.EveryNode;

        public string Describe => "batches";

        public int Pulled => Volatile.Read(ref _pulled);

        public Props Props(SourceContext context) => Akka.Actor.Props.Create(() => new Reader(context, this));

        private async IAsyncEnumerable<IReadOnlyList<SourceRecord>> Read()
        {
            foreach (var batch in batches)
            {
                Interlocked.Increment(ref _pulled);
                await Task.Yield();
                yield return batch;
            }

            if (fail)
            {
                throw new InvalidOperationException("the disk is gone");
            }
        }

        private sealed class Reader : SourceActor
        {
            private readonly BatchSource _list;

            public Reader(SourceContext context, BatchSource list)
                : base(context) => _list = list;

            protected override void PreStart() => OpenLane(
                Stream,
                new CommittedPosition(Stream.Name, 0),
                Akka.Streams.Dsl.Source.FromGraph(new AsyncBatchStage<IReadOnlyList<SourceRecord>>(_ => _list.Read())));
        }
    }
}
