using ActorEvents.Events;
using ActorEvents.Observers;
using CsCheck;

namespace ActorEvents.Tests.Observers;

public sealed class ObserverRingTests
{
    private static readonly Gen<(bool Takes, int Bytes)[]> Steps = Gen.Select(Gen.Bool, Gen.Int[1, 60]).Array[0, 200];

    [Fact]
    public void It_keeps_the_newest_that_fit_in_order_and_counts_every_other() =>
        Gen.Select(Gen.Int[1, 12], Gen.Long[1, 200], Steps).Sample((maxEvents, maxBytes, steps) =>
        {
            var ring = new ObserverRing(maxEvents, maxBytes);
            var model = new List<(int Number, int Bytes)>();
            var (number, taken) = (0, 0);
            foreach (var (takes, bytes) in steps)
            {
                if (takes)
                {
                    Assert.Equal(model.Count > 0, ring.TryTake(out var envelope));
                    if (model.Count > 0)
                    {
                        Assert.Equal(model[0].Number, envelope!.Position.Number);
                        model.RemoveAt(0);
                        taken++;
                    }
                }
                else
                {
                    ring.Add(Event(number), bytes);
                    if (bytes <= maxBytes)
                    {
                        model.Add((number, bytes));
                        while (model.Count > maxEvents || model.Sum(m => m.Bytes) > maxBytes)
                        {
                            model.RemoveAt(0);
                        }
                    }

                    number++;
                }

                Assert.Equal((model.Count, model.Sum(m => (long)m.Bytes)), (ring.Count, ring.Bytes));
                Assert.Equal(number, taken + ring.Count + ring.Dropped);
            }
        });

    [Fact]
    public void An_event_larger_than_all_the_room_is_dropped_and_takes_no_other_with_it()
    {
        var ring = new ObserverRing(10, 100);
        ring.Add(Event(0), 90);
        ring.Add(Event(1), 101);
        Assert.Equal((1, 90L, 1L), (ring.Count, ring.Bytes, ring.Dropped));
    }

    private static EventEnvelope Event(int number) =>
        new() { Id = "i", Source = "/s", Type = "t", Position = new EventPosition(StreamId.ForPartition("s", "s", "id", 0), number) };
}
