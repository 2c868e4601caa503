using System.Runtime.CompilerServices;
using ActorEvents.Events.Codecs;

namespace ActorEvents.Tests.Events.Codecs;

/// <summary>What the hot path and hostile input allocate. Bytes, not time: those are the same on every machine.</summary>
public sealed class DecoderMemoryTests
{
    private const int Rounds = 2_000;

    [Fact]
    public async Task A_plain_record_allocates_its_envelope_id_key_time_and_data_only()
    {
        var value = Records.Bytes("""{"order":1,"lines":[{"sku":"A","n":2}],"text":"0123456789012345678901234567890123456789"}""");

        await AssertPerRecordAsync(456, Records.Bytes("order-1"), value, [], 1_767_225_600_123);
    }

    [Fact]
    public async Task A_record_in_binary_mode_allocates_no_known_text_again()
    {
        var headers = Records.Binary("ce_source=https://shop.test/a/long/source", "ce_type=test.shop.order.placed.with.a.long.name", "ce_aeorigin=0123456789abcdef0123456789abcdef", "ce_aesequence=7");

        await AssertPerRecordAsync(248, Records.Bytes("order-1"), Records.Bytes("{}"), headers, 0);
    }

    [Fact]
    public async Task A_record_in_structured_mode_copies_its_data_once_and_nothing_around_it()
    {
        var value = Records.Structured($"\"datacontenttype\":\"application/json\",\"aeorigin\":\"o\",\"aesequence\":\"7\",\"data\":[\"{new string('x', 10_000)}\"]");

        await AssertPerRecordAsync(10_248, Records.Bytes("order-1"), value, [Records.Header("content-type", Records.StructuredType)], 0);
    }

    // 20,000 hostile records in a row with a good one per thousand: what each costs is bounded, none is kept, and the good ones are all there.
    [Fact]
    public void Twenty_thousand_hostile_records_leave_nothing_behind()
    {
        byte[][] values =
        [
            .. HostileRecordTests.NoObjects.Select(r => (byte[])r[1]).Where(v => v.Length < 1_000),
            Records.Structured("\"data\":" + Records.Nested(1_000)),
            Records.Structured("\"subject\":\"\\ud800\""),
            Records.Structured($"\"{new string('A', 500)}\":1"),
            Records.Structured($"\"subject\":\"{new string('s', 500)}\\n\""),
        ];
        var headers = RawHeaders.Pack(Records.Header("content-type", Records.StructuredType));
        var good = Records.Structured("\"data\":1");
        var decoder = Records.Decoder();
        var taken = 0;

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20_000; i++)
        {
            var record = new RawRecord(i, null, i % 1_000 == 999 ? good : values[i % values.Length], new RawHeaders(headers, 1));
            taken += decoder.TryDecode(in record, out _, out _) ? 1 : 0;
        }

        var allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / 20_000;

        Assert.Equal(20, taken);
        Assert.True(allocated < 4_096, $"{allocated} bytes a record");
        var references = Decoded(decoder, values);
        GC.Collect();
        Assert.DoesNotContain(references, r => r.IsAlive);
        GC.KeepAlive(decoder);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] Decoded(RecordDecoder decoder, byte[][] values)
    {
        var references = new List<WeakReference>();
        foreach (var value in values.Where(v => v.Length > 0))
        {
            var copy = value.ToArray();
            references.Add(new WeakReference(copy));
            Records.Decode(null, copy, [Records.Header("content-type", Records.StructuredType)], decoder: decoder);
            Records.Decode(copy, copy, [Records.Header("ce_id", "1"), new("ce_source", copy)], decoder: decoder);
        }

        return [.. references];
    }

    /// <summary>
    /// At most <paramref name="most"/> bytes once the code is compiled: while framework code runs in the JIT's instrumented tier, which keeps nothing on the
    /// stack, a record costs a boxed value (24 bytes) more. In a busy test run that takes a while.
    /// </summary>
    private static async Task AssertPerRecordAsync(long most, byte[] key, byte[] value, KeyValuePair<string, byte[]?>[] headers, long timestamp)
    {
        var decoder = Records.Decoder();
        Assert.Null(Records.Decode(key, value, headers, timestamp, decoder).Failure);
        var bytes = PerRecord(decoder, key, value, headers, timestamp);
        for (var round = 0; bytes > most && round < 100; round++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            bytes = PerRecord(decoder, key, value, headers, timestamp);
        }

        Assert.InRange(bytes, 1, most);
    }

    private static long PerRecord(RecordDecoder decoder, byte[] key, byte[] value, KeyValuePair<string, byte[]?>[] headers, long timestamp)
    {
        var packed = RawHeaders.Pack(headers);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            var record = new RawRecord(1_000_000 + i, key, value, new RawHeaders(packed, headers.Length), timestamp);
            decoder.TryDecode(in record, out _, out _);
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;
    }
}
