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
}
