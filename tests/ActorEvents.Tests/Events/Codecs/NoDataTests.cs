using System.Text;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Handlers;
using ActorEvents.Journal.Entries;
using ActorEvents.Observers;
using ActorEvents.Relay;
using ActorEvents.Tests.Handlers;

namespace ActorEvents.Tests.Events.Codecs;

/// <summary>No data is another thing than zero bytes, from the record to the record: a null value takes a key out of a compacted topic, an empty one does not.</summary>
public sealed class NoDataTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("", true)]
    [InlineData("null", true)]
    public void A_null_value_is_an_event_without_data_in_plain_and_binary_mode(string? value, bool has)
    {
        var bytes = value is null ? null : Encoding.UTF8.GetBytes(value);
        Assert.Equal(has, Records.Decode(Records.Bytes("k"), bytes, []).Good.HasData);
        Assert.Equal(has, Records.Decode(Records.Bytes("k"), bytes, Records.Binary()).Good.HasData);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("\"data\":null", false)]
    [InlineData("\"data_base64\":null", false)]
    [InlineData("\"data_base64\":\"\"", true)]
    [InlineData("\"data\":\"\",\"datacontenttype\":\"text/plain\"", true)]
    [InlineData("\"data\":\"\"", true)]
    public void Data_that_is_absent_or_null_is_none_in_structured_mode(string members, bool has)
    {
        var decoder = Records.Decoder();
        Records.Decode(null, Records.Structured("\"data\":1"), [Records.Header("content-type", Records.StructuredType)], decoder: decoder);
        Assert.Equal(has, Records.Decode(null, Records.Structured(members), [Records.Header("content-type", Records.StructuredType)], decoder: decoder).Good.HasData);
    }

    [Fact]
    public void A_payload_that_is_not_there_says_so()
    {
        Assert.False(Records.Decode(null, null, []).Good.TryPayload<Sum>(out _, out var problem));
        Assert.Contains("tombstone", problem, StringComparison.Ordinal);
    }

    /// <summary>Record → delivery to another node → observer → decision → journal → relay → record.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_null_stays_null_on_its_whole_way_and_zero_bytes_stay_zero_bytes(bool has)
    {
        var read = Records.Decode(Records.Bytes("k"), has ? [] : null, Records.Binary()).Good;
        var delivered = Assert.Single(DeliveryCodec.ReadDeliver(DeliveryCodec.Write(new Deliver(new EntityKey("k"), Records.Stream, [read]))).Events);
        Assert.Equal(has, KeptEvent.Of(delivered).HasData);

        var core = new EntityCore(
            Emitter.Handler(e => Decision.Persist(new Counted()).AndEmit("out", "said", e.HasData ? (object)e.Data : null)), TimeProvider.System);
        var accepted = core.Accept([new Deliver(new EntityKey("k"), Records.Stream, [delivered])]);
        Assert.Null(accepted.Failure);
        var stored = EntryCodec.ReadEntry(EntryCodec.Write(accepted.Entry!));
        var record = new RelayRecords("journal", "/s", []).Make(new JournalRow(7, "emitter/k", 1, stored, null), 0);

        Assert.Equal(has ? "application/octet-stream" : null, record.Event.DataContentType);
        Assert.True(RecordEncoder.TryEncodeBinary(record.Event, out var encoded, out _));
        Assert.Equal((has, 0), (encoded.HasValue, encoded.Value.Length));
        Assert.Equal(has, RelayRecords.Refused(record, "too large").Value is not null);
    }
}
