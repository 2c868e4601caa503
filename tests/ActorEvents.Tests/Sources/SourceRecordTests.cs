using ActorEvents.Events;
using ActorEvents.Sources;

namespace ActorEvents.Tests.Sources;

public sealed class SourceRecordTests
{
    private static readonly StreamId s_stream = new("s", "s");

    [Fact]
    public void A_record_is_an_event_or_a_dead_letter_with_the_size_of_what_it_is()
    {
        var envelope = new EventEnvelope { Id = "1", Source = "/s", Type = "t", Size = 7 };
        var dead = new DeadLetter(new EventPosition(s_stream, 2), "bad", null, [1, 2, 3], []);

        var read = new SourceRecord(1, envelope, null, resume: 40);
        var refused = new SourceRecord(2, null, dead);

        Assert.Equal((1, envelope, null, 40, 7), (read.Number, read.Event, read.Dead, read.Resume, read.Size));
        Assert.Equal((2, null, dead, 0, 3), (refused.Number, refused.Event, refused.Dead, refused.Resume, refused.Size));
        Assert.Throws<ArgumentException>(() => new SourceRecord(1, envelope, dead));
        Assert.Throws<ArgumentException>(() => new SourceRecord(1, null, null));
    }
}
