using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Subscriptions;
using Akka.Actor;
using CsCheck;

namespace ActorEvents.Tests.Subscriptions;

/// <summary>The window against the plainest thing that says the same: per key and stream a list, and whether something is in flight.</summary>
public sealed class DeliveryWindowTests
{
    private static readonly StreamId[] s_streams = [.. Enumerable.Range(0, 2).Select(p => StreamId.ForPartition("s", "t", "id", p))];

    private static readonly Gen<(int What, int Key, int Stream, int Number)> s_step = Gen.Select(
        Gen.Int[0, 9], Gen.Int[0, 3], Gen.Int[0, 1], Gen.Int[0, 90], (what, key, stream, number) => (what, key, stream, number));

    [Fact]
    public void One_list_a_key_and_stream_is_in_flight_and_it_starts_at_the_oldest_and_leaves_none_out()
    {
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 1_000], s_step.Array[0, 200]).Sample(Run, iter: 5_000);
    }

    private static void Run(int maxEvents, int maxBytes, (int What, int Key, int Stream, int Number)[] steps)
    {
        var options = new DeliveryOptions { MaxEvents = maxEvents, MaxBytes = maxBytes };
        var window = new DeliveryWindow(options, TimeProvider.System);
        var model = new Dictionary<(string Key, StreamId Stream), Queue>();
        LaneSession[] sessions = [.. s_streams.Select(s => new LaneSession(s, ActorRefs.Nobody, 0))];
        long[] next = [0, 0];
        long now = 0;
        foreach (var (what, k, s, number) in steps)
        {
            var key = new EntityKey($"k{k}");
            if (!model.TryGetValue((key.Value, s_streams[s]), out var queue))
            {
                model.Add((key.Value, s_streams[s]), queue = new Queue());
            }

            switch (what)
            {
                case < 5:
                    var envelope = Event(s, next[s]++, key.Value);
                    window.Add(sessions[s], key, envelope);
                    queue.Events.Add((sessions[s], envelope));
                    break;
                case 5 or 6:
                    var settled = new List<(LaneSession, long)>();
                    var expected = queue.Events.TakeWhile(e => e.Event.Position.Number <= number).Select(e => (e.Session, e.Event.Position.Number)).ToArray();
                    window.Done(new Done(key, s_streams[s].Name, number), now, (session, position) => settled.Add((session, position)));
                    Assert.Equal(expected, settled);
                    queue.Events.RemoveRange(0, expected.Length);
                    queue.InFlight &= expected.Length == 0;
                    break;
                case 7:
                    window.Resend(new Resend(key, s_streams[s].Name));
                    queue.InFlight = false;
                    break;
                case 8:
                    // After the longest time everything is overdue; when before, OverdueTests say.
                    now += (long)(options.ResendMax.TotalSeconds * TimeProvider.System.TimestampFrequency);
                    Assert.Equal(model.Values.Count(q => q.InFlight), window.TimeOut(now));
                    Array.ForEach([.. model.Values], q => q.InFlight = false);
                    break;
                default:
                    window.Close(sessions[s]);
                    foreach (var (_, closed) in model.Where(q => q.Key.Stream == s_streams[s]))
                    {
                        closed.Events.Clear();
                        closed.InFlight = false;
                    }

                    // Read again from somewhere before.
                    sessions[s] = new LaneSession(s_streams[s], ActorRefs.Nobody, 0);
                    next[s] = Math.Max(0, next[s] - number);
                    break;
            }

            while (window.Next(now) is { } delivery)
            {
                var sent = model[(delivery.Key.Value, delivery.Stream)];
                Assert.False(sent.InFlight);
                Assert.Equal(sent.Head(maxEvents, maxBytes), delivery.Events);
                sent.InFlight = true;
            }

            Assert.All(model.Values, q => Assert.Equal(q.Events.Count > 0, q.InFlight));
            Assert.Equal(model.Values.Sum(q => q.Events.Count), window.Unsettled);
            Assert.Equal(model.Values.Count(q => q.Events.Count > 0), window.Keys);
        }
    }

    private static EventEnvelope Event(int stream, long number, string key) => new()
    {
        Id = $"{stream}/{number}",
        Source = "/s",
        Type = "t",
        Key = key,
        Position = new EventPosition(s_streams[stream], number),
        Data = new byte[number * 13 % 60],
    };

    private sealed class Queue
    {
        public List<(LaneSession Session, EventEnvelope Event)> Events { get; } = [];

        public bool InFlight { get; set; }

        /// <summary>The longest row from the oldest on that fits; one always does.</summary>
        public EventEnvelope[] Head(int maxEvents, int maxBytes)
        {
            var count = Math.Min(Events.Count, maxEvents);
            while (count > 1 && Events.Take(count).Sum(e => DeliveryCodec.MostBytes(e.Event)) > maxBytes)
            {
                count--;
            }

            return [.. Events.Take(count).Select(e => e.Event)];
        }
    }
}
