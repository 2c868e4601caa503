using ActorEvents.Events.Codecs;
using ActorEvents.Journal.Entries;
using ActorEvents.Relay;

namespace ActorEvents.Tests.Relay;

public sealed class RelayRecordsTests
{
    /// <summary>A restored journal gives numbers out again: with the old id and origin, the next hop took 50 new events for repeats.</summary>
    [Theory]
    [InlineData(1, "h/k/7/0", "j")]
    [InlineData(20, "h/k/7/0", "j")]
    [InlineData(21, "h/k/7/0.1", "j.1")]
    [InlineData(30, "h/k/7/0.1", "j.1")]
    [InlineData(31, "h/k/7/0.2", "j.2")]
    public void What_stands_behind_a_restore_bears_its_epoch_and_what_stands_before_it_does_not(long ordering, string id, string origin)
    {
        var entry = new JournalEntry { StateEvents = [], Outgoing = [new StoredOutgoing("t", "type", null, null, null, "2026-01-01T00:00:00Z", default)] };
        var record = new RelayRecords("j", "/s", [20, 30]).Make(new JournalRow(ordering, "h/k", 7, entry, null), 0);

        Assert.Equal((id, origin, ordering << 16), (record.Event.Id, record.Event.Origin!.Value.Id, record.Event.Origin.Value.Number));
    }

    /// <summary>A key with a control character made everything that it emitted a dead letter.</summary>
    [Theory]
    [InlineData("a\nb", "h/a%0Ab/7/0%")]
    [InlineData("50 %\n", "h/50 %25%0A/7/0%")]
    [InlineData("\uFFFEé", "h/%EF%BF%BEé/7/0%")]
    [InlineData("a%0Ab", "h/a%0Ab/7/0")]
    [InlineData("", "h//7/0")]
    public void A_key_that_no_id_could_hold_is_encoded_in_the_id_and_goes_out_as_it_is(string key, string id)
    {
        var entry = new JournalEntry { StateEvents = [], Outgoing = [new StoredOutgoing("t", "type", null, null, null, "2026-01-01T00:00:00Z", default)] };
        var record = new RelayRecords("j", "/s", []).Make(new JournalRow(1, "h/" + key, 7, entry, null), 0);

        Assert.Equal((id, key), (record.Event.Id, record.Event.Key));
        Assert.True(RecordEncoder.TryEncodeBinary(record.Event, out var encoded, out var reason), reason);
        Assert.Equal(key, System.Text.Encoding.UTF8.GetString(encoded.Key!));
    }
}
