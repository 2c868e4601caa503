using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Handlers;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Tests.Handlers;

/// <summary>What a handler emits and nobody could publish or read is refused when it is decided.</summary>
public sealed class OutgoingTests
{
    [Fact]
    public void A_list_that_emits_more_than_a_row_has_numbers_for_is_decided_in_two_appends()
    {
        var large = Emitter.Emit(40_000);
        var core = new EntityCore(Emitter.Handler(_ => large), TimeProvider.System);
        var delivery = Emitter.Deliver(Emitter.Stream, 1, 2, 3);

        var first = core.Accept([delivery, Emitter.Deliver(Emitter.OtherStream, 1)]);

        Assert.Null(first.Failure);
        Assert.Equal((1, 40_000), (first.Entry!.Decided, first.Entry.Outgoing.Count));
        Assert.Equal([new StoredPosition(Emitter.Stream.Name, 1)], first.Entry.Positions);
        core.Appended(first);
        for (var number = 2; number <= 3; number++)
        {
            var next = core.Accept([delivery]);
            Assert.Equal([new StoredPosition(Emitter.Stream.Name, number)], next.Entry!.Positions);
            core.Appended(next);
        }

        Assert.Equal(new Sum(3), core.State);
        Assert.Null(core.Accept([delivery]).Entry);
    }

    [Fact]
    public void As_many_as_a_row_has_numbers_for_go_into_one()
    {
        var half = Emitter.Emit(JournalEntry.MaxOutgoing / 2);
        var core = new EntityCore(Emitter.Handler(_ => half), TimeProvider.System);

        var acceptance = core.Accept([Emitter.Deliver(Emitter.Stream, 1, 2)]);

        Assert.Equal((2, JournalEntry.MaxOutgoing), (acceptance.Entry!.Decided, acceptance.Entry.Outgoing.Count));
    }

    [Fact]
    public void One_event_that_emits_more_is_a_failure_of_its_handler_and_what_precedes_it_is_appended()
    {
        var more = Emitter.Emit(JournalEntry.MaxOutgoing + 1);
        var core = new EntityCore(Emitter.Handler(e => e.Position.Number == 1 ? Emitter.Emit(1) : more), TimeProvider.System);

        var acceptance = core.Accept([Emitter.Deliver(Emitter.Stream, 1, 2)]);

        Assert.Equal("Handler 'emitter' emits 65537 events for one event; at most 65536 have a number in a journal row.", acceptance.Failure!.Cause.Message);
        Assert.Equal(2, acceptance.Failure!.Event.Position.Number);
        Assert.Equal((1, 1), (acceptance.Entry!.Decided, acceptance.Entry.Outgoing.Count));
    }

    public static TheoryData<OutgoingEvent, string> Unreadable => new()
    {
        { Say(""), "type = ‹›: it is empty" },
        { Say("\"t"), "type" },
        { Say("t\n"), "it contains a control character" },
        { Say("t") with { Subject = "" }, "subject = ‹›: it is empty" },
        { Say("t") with { Subject = "\uFFFE" }, "it contains a noncharacter" },
        { Say("t") with { DataContentType = "\"json" }, "datacontenttype" },
        { Say("t") with { DataContentType = "application/cloudevents+json" }, "a reader would take the record for structured mode" },
        { Say("t") with { Key = "\uD800" }, "key" },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void Attributes_that_the_relay_s_encoder_would_refuse_are_refused_before(OutgoingEvent outgoing, string problem)
    {
        var envelope = new EventEnvelope
        {
            Id = "1",
            Source = "/s",
            Type = outgoing.Type,
            Subject = outgoing.Subject,
            DataContentType = outgoing.DataContentType,
            Key = outgoing.Key,
        };
        Assert.False(RecordEncoder.TryEncodeBinary(envelope, out _, out var refused));

        var failure = new EntityCore(Emitter.Handler(_ => Decision.Emit(outgoing)), TimeProvider.System).Accept([Emitter.Deliver(Emitter.Stream, 1)]).Failure?.Cause;

        Assert.Equal($"Handler 'emitter' emits to 'out' what no reader would take: {refused}", failure!.Message);
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Of a source that says what it likes: the relay would have set the event aside.</summary>
    [Fact]
    public void A_time_that_is_none_is_refused_before()
    {
        var failure = new EntityCore(Emitter.Handler(_ => Emitter.Emit(1)), TimeProvider.System).Accept([Deliver("yesterday")]).Failure!.Cause;

        Assert.Contains("with the time of the event that it handles, ‹yesterday›: it is no RFC 3339 time", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>It went out as {}.</summary>
    [Fact]
    public void A_tuple_as_payload_is_refused()
    {
        var failure = new EntityCore(Emitter.Handler(_ => Decision.Nothing.AndEmit("out", "t", (1, 2m))), TimeProvider.System).Accept([Deliver(null)]).Failure!.Cause;

        Assert.Equal("Handler 'emitter' emits to 'out' what JSON would write as {}: ValueTuple`2 has no properties, and fields (a tuple's items) are neither written nor read; take a record.", failure.Message);
    }

    /// <summary>It was read as zeros.</summary>
    [Fact]
    public void A_tuple_is_not_read_from_a_payload()
    {
        var e = new EventEnvelope { Id = "1", Source = "/s", Type = "t", Data = "{\"Item1\":1}"u8.ToArray() };

        Assert.Contains("take a record", Assert.Throws<InvalidOperationException>(() => e.TryPayload<(int, int)>(out _, out _)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Extensions_leave_room_for_the_trace()
    {
        var most = Enumerable.Range(0, AttributeDraft.MaxExtensions).Select(i => KeyValuePair.Create($"e{i}", "")).ToArray();
        var handler = Emitter.Handler(_ => Decision.Emit(Say("t") with { Extensions = most }));
        var traced = Deliver(null, KeyValuePair.Create(TraceContext.ParentName, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

        Assert.Null(new EntityCore(handler, TimeProvider.System).Accept([Deliver(null)]).Failure);
        Assert.Contains("There are more than 1022 extension attributes", new EntityCore(handler, TimeProvider.System).Accept([traced]).Failure!.Cause.Message, StringComparison.Ordinal);
    }

    private static Deliver Deliver(string? time, params KeyValuePair<string, string>[] extensions) => new(new EntityKey("k"), Emitter.Stream,
    [
        new EventEnvelope { Id = "1", Source = "/s", Type = "t", Key = "k", Time = time, Extensions = extensions, Position = new EventPosition(Emitter.Stream, 1) },
    ]);

    private static OutgoingEvent Say(string type) => new("out", type, 1);
}
