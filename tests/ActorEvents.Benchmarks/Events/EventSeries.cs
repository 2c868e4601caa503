using ActorEvents.Events;
using ActorEvents.Sources;

namespace ActorEvents.Benchmarks.Events;

/// <summary>Events of one round, with a stream of its own and numbers that no other round of the same <see cref="EventLedger"/> has.</summary>
internal sealed class EventSeries(StreamId stream, long first, int count, Func<long, string> keyOf)
{
    private const int Batch = 500;
    private static readonly byte[] s_data = new byte[100];
    private EventEnvelope[]? _made;

    public StreamId Stream => stream;

    /// <summary>The first number.</summary>
    public long First => first;

    public int Count => count;

    public string KeyOf(long number) => keyOf(number);

    /// <summary>With all events in memory, so that making them costs the round nothing.</summary>
    public EventSeries Made()
    {
        _made = [.. Enumerable.Range(0, count).Select(i => Make(first + i))];
        return this;
    }

    public IEnumerable<IReadOnlyList<SourceRecord>> Batches()
    {
        for (var i = 0; i < count; i += Batch)
        {
            var batch = new SourceRecord[Math.Min(Batch, count - i)];
            for (var j = 0; j < batch.Length; j++)
            {
                var number = first + i + j;
                batch[j] = new SourceRecord(number, _made?[i + j] ?? Make(number), null);
            }

            yield return batch;
        }
    }

    private EventEnvelope Make(long number) => new()
    {
        Id = "id",
        Source = "/bench",
        Type = "bench.event",
        Key = keyOf(number),
        Data = s_data,
        Position = new EventPosition(stream, number),
        Size = 120,
    };
}
