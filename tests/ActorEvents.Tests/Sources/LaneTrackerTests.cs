using ActorEvents.Sources;
using CsCheck;

namespace ActorEvents.Tests.Sources;

/// <summary>The tracker against the plainest thing that says the same: a list of positions, each with the set of those who owe it.</summary>
public sealed class LaneTrackerTests
{
    private static readonly Gen<FlowOptions> s_flow = Gen.Select(Gen.Int[1, 12], Gen.Int[1, 300], Gen.Int[1, 200], (credits, bytes, span) =>
        new FlowOptions { MaxEvents = credits, MaxBytes = bytes, Span = span });

    // A step: emit behind a hole of that width, or let one subscription settle some of the last positions, known or not, in any order.
    private static readonly Gen<(bool Emit, int Number, int Owing, int Size, int[] Back)> s_step = Gen.Select(
        Gen.Bool, Gen.Int[0, 3], Gen.Int[0, 7], Gen.Int[0, 60], Gen.Int[-3, 40].Array[0, 6],
        (emit, number, owing, size, back) => (emit, number, owing, size, back));

    [Fact]
    public void Credits_bytes_span_and_mark_are_those_of_the_owing_sets()
    {
        Gen.Select(s_flow, Gen.Long[0, 1_000], s_step.Array[0, 300]).Sample(
            (flow, start, steps) =>
            {
                var tracker = new LaneTracker(flow, start, 7);
                var model = new Model(start, 7);
                var last = start - 1;
                foreach (var (emit, number, owing, size, back) in steps)
                {
                    if (emit)
                    {
                        var room = model.Tracked < flow.Span && model.InFlight < flow.MaxEvents && (model.InFlight == 0 || model.Bytes + size <= flow.MaxBytes);
                        Assert.Equal(room, tracker.HasRoom(size));
                        if (room)
                        {
                            last += 1 + number;
                            tracker.Add(last, (ulong)owing, size, last * 10);
                            model.Add(last, owing, size);
                        }
                    }
                    else
                    {
                        long[] positions = [.. back.Select(b => last - b)];
                        tracker.Settle(number, positions);
                        model.Settle(number, positions);
                    }

                    Assert.Equal(
                        (model.Tracked, model.InFlight, model.Bytes, model.Mark, model.Resume),
                        (tracker.Tracked, tracker.InFlight, tracker.BytesInFlight, tracker.Mark, tracker.MarkResume));
                }
            },
            iter: 5_000);
    }

    [Fact]
    public void A_repeated_reply_of_one_handler_does_not_stand_for_the_other()
    {
        var tracker = new LaneTracker(new FlowOptions(), 5, 0);
        tracker.Add(5, 0b11, 10, 0);
        tracker.Settle(0, [5, 5]);
        tracker.Settle(0, [5]);
        Assert.Equal((1, 5L), (tracker.InFlight, tracker.Mark));
        tracker.Settle(1, [5]);
        Assert.Equal((0, 6L), (tracker.InFlight, tracker.Mark));
    }

    [Fact]
    public void A_stuck_position_holds_the_span_and_no_credit_but_its_own()
    {
        var tracker = new LaneTracker(new FlowOptions { MaxEvents = 2, Span = 1_000 }, 0, 0);
        tracker.Add(0, 1, 1, 0);
        for (var i = 1; i < 1_000; i++)
        {
            Assert.True(tracker.HasRoom(1));
            tracker.Add(i, 1, 1, 0);
            tracker.Settle(0, [i]);
        }

        Assert.Equal((1_000, 1, 0L), (tracker.Tracked, tracker.InFlight, tracker.Mark));
        Assert.False(tracker.HasRoom(1));
        tracker.Settle(0, [0]);
        Assert.Equal((0, 0, 1_000L), (tracker.Tracked, tracker.InFlight, tracker.Mark));
    }

    [Fact]
    public void A_source_that_does_not_read_ascending_is_refused()
    {
        var tracker = new LaneTracker(new FlowOptions(), 0, 0);
        tracker.Add(3, 1, 1, 0);
        Assert.Throws<InvalidOperationException>(() => tracker.Add(3, 1, 1, 0));
    }

    private sealed class Model(long mark, long resume)
    {
        private readonly List<(long Number, HashSet<int> Owing, int Size)> _all = [];

        public long Mark { get; private set; } = mark;

        public long Resume { get; private set; } = resume;

        public int Tracked => _all.Count(e => e.Number >= Mark);

        public int InFlight => _all.Count(e => e.Owing.Count > 0);

        public long Bytes => _all.Where(e => e.Owing.Count > 0).Sum(e => (long)e.Size);

        public void Add(long number, int owing, int size)
        {
            _all.Add((number, [.. Enumerable.Range(0, 3).Where(s => (owing & (1 << s)) != 0)], size));
            Advance();
        }

        public void Settle(int subscription, long[] positions)
        {
            foreach (var (number, owing, _) in _all)
            {
                if (positions.Contains(number))
                {
                    owing.Remove(subscription);
                }
            }

            Advance();
        }

        private void Advance()
        {
            foreach (var (number, owing, _) in _all)
            {
                if (owing.Count > 0)
                {
                    break;
                }

                Mark = number + 1;
                Resume = number * 10;
            }
        }
    }
}
