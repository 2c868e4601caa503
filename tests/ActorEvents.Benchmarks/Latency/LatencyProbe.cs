using ActorEvents.Benchmarks.EndToEnd;
using ActorEvents.Benchmarks.Kafka;
using Confluent.Kafka;

namespace ActorEvents.Benchmarks.Latency;

/// <summary>
/// Produces events into a topic that a node reads, and measures how old each is when what was said about it is acknowledged on the output topic. Its producer waits
/// for nothing to send together: that wait would be no part of the path.
/// </summary>
internal sealed class LatencyProbe(string bootstrap, string topic, CountingDestination outputs) : IDisposable
{
    private readonly IProducer<byte[]?, byte[]> _producer = KafkaBench.RawProducer(bootstrap, lingerMs: 0);

    /// <summary>Returns when events come through, which says that the group has joined.</summary>
    public async Task JoinAsync(int events = 100)
    {
        var through = outputs.Expect(events);
        KafkaBench.Fill(bootstrap, topic, events);
        await through;
        outputs.Latencies.Take();
    }

    /// <summary>The next event comes when the one before is acknowledged.</summary>
    public async Task<Percentiles> OneAtATimeAsync(int events)
    {
        outputs.Latencies.Take();
        for (var i = 0; i < events; i++)
        {
            var one = outputs.Expect(1);
            KafkaBench.ProduceWaiting(_producer, topic, KafkaBench.Stamped(i), null);
            await one;
        }

        return outputs.Latencies.Take();
    }

    /// <summary>Bursts of a millisecond's worth, for some time, and until all are acknowledged. What the producer cannot keep up with shows as a lower rate, not as a lower latency.</summary>
    /// <returns>With the rate that came through.</returns>
    public async Task<(Percentiles Latency, double PerSecond)> PacedAsync(double rate, TimeSpan time)
    {
        var events = (int)(rate * time.TotalSeconds);
        outputs.Latencies.Take();
        var last = outputs.Expect(events);
        var start = TimeProvider.System.GetTimestamp();
        for (var sent = 0; sent < events;)
        {
            var due = Math.Min(events, (int)(rate * TimeProvider.System.GetElapsedTime(start).TotalSeconds));
            for (; sent < due; sent++)
            {
                KafkaBench.ProduceWaiting(_producer, topic, KafkaBench.Stamped(sent), null);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        await last;
        return (outputs.Latencies.Take(), events / TimeProvider.System.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>As many as come through a second when all are there at once.</summary>
    public async Task<double> MaximumAsync(int events)
    {
        var last = outputs.Expect(events);
        var start = TimeProvider.System.GetTimestamp();
        await Task.Run(() => KafkaBench.Fill(bootstrap, topic, events));
        await last;
        outputs.Latencies.Take();
        return events / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose() => _producer.Dispose();
}
