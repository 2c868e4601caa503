using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Kafka.Consumers;
using ActorEvents.Kafka.Sources;
using ActorEvents.Sources;

namespace ActorEvents.Tests.Kafka.Sources;

/// <summary>
/// One event in binary mode on its whole way from librdkafka's memory to the envelope in the lane: what it allocates, and that it keeps what is its own.
/// Bytes, not time: those are the same on every machine.
/// </summary>
public sealed class LaneRecordsMemoryTests(MockKafkaFixture kafka) : IClassFixture<MockKafkaFixture>
{
    private const int Events = 1_000;
    private const int DataBytes = 100;

    /// <param name="more">Headers beside the required ones and the content type.</param>
    /// <param name="before">Bytes when each header had an array of its own (2026-11-30). Half of it is the goal.</param>
    /// <param name="most">Bytes that it takes: envelope, id, key, time, data, extensions, a place in the list.</param>
    [Theory]
    [InlineData("", 1040, 440)]
    [InlineData("ce_time=2026-11-30T02:00:00.123Z", 1199, 512)]
    [InlineData("ce_time=2026-11-30T02:00:00.123Z;ce_aeorigin=0123456789abcdef0123456789abcdef;ce_aesequence=123456", 1366, 512)]
    [InlineData("ce_time=2026-11-30T02:00:00.123Z;ce_traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", 1533, 688)]
    public async Task An_event_allocates_at_most_half_of_what_an_array_for_each_header_took(string more, int before, int most)
    {
        using var records = await NativeRecords.ReadAsync(kafka, Events, DataBytes, more.Split(';', StringSplitOptions.RemoveEmptyEntries));

        // As in DecoderMemoryTests: less once the code is compiled.
        var bytes = PerEvent(records);
        for (var round = 0; bytes > most && round < 100; round++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            bytes = PerEvent(records);
        }

        Assert.InRange(bytes, 1, Math.Min(most, before / 2));
    }

    [Fact]
    public async Task An_event_is_untouched_when_the_memory_of_its_batch_serves_another_one()
    {
        using var records = await NativeRecords.ReadAsync(kafka, Events, DataBytes, []);
        var (builder, lane) = (new BatchBuilder(), Lane());
        var batches = new List<KafkaRecordBatch>();
        var events = new List<EventEnvelope>();

        for (var round = 0; round < 3; round++)
        {
            events.AddRange(Decode(builder, lane, records, batches).Select(r => r.Event!));
        }

        Assert.Equal(3 * Events, events.Count);
        Assert.All(events.Select((e, i) => (Event: e, Number: i % Events)), e =>
        {
            Assert.Equal(NativeRecords.Id(e.Number), e.Event.Id);
            Assert.Equal(NativeRecords.Data(e.Number, DataBytes), e.Event.Data.ToArray());
        });
        Assert.All(batches, b => Assert.Throws<ObjectDisposedException>(() => b[0].Offset));
    }

    private static LaneRecords Lane() => new(new RecordDecoder(RecordMapping.ForTopic("orders"), StreamId.ForPartition("in", "orders", "5L6g3nShT", 0)));

    private static long PerEvent(NativeRecords records)
    {
        var (builder, lane) = (new BatchBuilder(), Lane());
        Assert.Equal(Events, Count(builder, lane, records));
        var start = GC.GetAllocatedBytesForCurrentThread();
        Count(builder, lane, records);
        return (GC.GetAllocatedBytesForCurrentThread() - start) / Events;
    }

    private static int Count(BatchBuilder builder, LaneRecords lane, NativeRecords records)
    {
        var events = 0;
        for (var i = 0; i < records.Count; i++)
        {
            records.AddTo(builder, i);
            if (builder.IsFull || i == records.Count - 1)
            {
                foreach (var record in lane.Decode(builder.Take()))
                {
                    events += record.Event is { Data.Length: DataBytes } ? 1 : 0;
                }
            }
        }

        return events;
    }

    private static List<SourceRecord> Decode(BatchBuilder builder, LaneRecords lane, NativeRecords records, List<KafkaRecordBatch> batches)
    {
        var decoded = new List<SourceRecord>();
        for (var i = 0; i < records.Count; i++)
        {
            records.AddTo(builder, i);
            if (builder.IsFull || i == records.Count - 1)
            {
                batches.Add(builder.Take());
                decoded.AddRange(lane.Decode(batches[^1]));
            }
        }

        return decoded;
    }
}
