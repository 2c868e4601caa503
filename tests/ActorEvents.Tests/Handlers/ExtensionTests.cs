using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Journal.Entries;

namespace ActorEvents.Tests.Handlers;

/// <summary>Extensions and trace of what a handler emits, from the decision into the row.</summary>
public sealed class ExtensionTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string Other = "00-11111111111111111111111111111111-2222222222222222-00";

    [Fact]
    public void Extensions_stand_in_the_row_in_the_order_in_which_they_were_said()
    {
        var said = Decide(new OutgoingEvent("out", "t", 1) { Extensions = [new("tenant", "nörd"), new("a1", "")] });

        Assert.Equal([new("tenant", "nörd"), new("a1", "")], said.Extensions);
    }

    [Theory]
    [InlineData("Tenant", "x", "Tenant = ‹x›: it is no name of an extension")]
    [InlineData("my-ext", "x", "it is no name of an extension")]
    [InlineData("", "x", "it is no name of an extension")]
    [InlineData(null, "x", "it is no name of an extension")]
    [InlineData("id", "x", "id = ‹x›: it is no name of an extension")]
    [InlineData("data", "x", "it is no name of an extension")]
    [InlineData("aeorigin", "x", "it is no name of an extension")]
    [InlineData("aesequence", "1", "it is no name of an extension")]
    [InlineData("partitionkey", "k", "partitionkey = ‹k›: an emitted event has its key elsewhere. Set OutgoingEvent.Key")]
    [InlineData("tenant", "a\nb", "it contains a control character")]
    [InlineData("tenant", null, "tenant has no value: leave the extension out")]
    public void A_wrong_extension_is_a_failure_of_the_handler_that_says_what_to_change(string? name, string? value, string problem)
    {
        var failure = Failure(new OutgoingEvent("out", "t", 1) { Extensions = [new(name!, value!)] });

        Assert.StartsWith("Handler 'emitter' emits to 'out' with an extension that no reader would take: ", failure, StringComparison.Ordinal);
        Assert.Contains(problem, failure, StringComparison.Ordinal);
        Assert.Contains("OutgoingEvent.", failure, StringComparison.Ordinal);
    }

    /// <summary>Not a case of the theory: its runner cannot name it.</summary>
    [Fact]
    public void Half_of_a_character_is_refused() =>
        Assert.Contains("half of a surrogate pair", Failure(new OutgoingEvent("out", "t", 1) { Extensions = [new("a", "\uD800")] }), StringComparison.Ordinal);

    [Fact]
    public void An_extension_that_is_said_twice_is_refused() =>
        Assert.Contains("given more than once", Failure(new OutgoingEvent("out", "t", 1) { Extensions = [new("a", "1"), new("a", "1")] }), StringComparison.Ordinal);

    [Fact]
    public void Extensions_count_against_the_largest_event()
    {
        // The limit of this handler is 100,000 bytes.
        Assert.Equal(60_000, Decide(new OutgoingEvent("out", "t", 1) { Extensions = [new("a", new string('x', 60_000))] }).Extensions[0].Value.Length);

        Assert.Contains("at most 100000 fit", Failure(new OutgoingEvent("out", "t", 1) { Extensions = [new("a", new string('ä', 60_000))] }), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_emitted_carries_the_trace_of_the_event_that_was_handled()
    {
        var core = new EntityCore(Emitter.Handler(_ => Emitter.Emit(2)), TimeProvider.System);

        var outgoing = core.Accept([Deliver(new(TraceContext.ParentName, Parent), new(TraceContext.StateName, "v=1"))]).Entry!.Outgoing;

        Assert.Equal(new TraceContext(Parent, "v=1"), outgoing[0].Trace);
        Assert.Same(outgoing[0].Trace, outgoing[1].Trace);
    }

    [Theory]
    [InlineData("no traceparent")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    public void What_is_no_traceparent_is_not_carried(string text)
    {
        var core = new EntityCore(Emitter.Handler(_ => Emitter.Emit(1)), TimeProvider.System);

        Assert.Null(core.Accept([Deliver(new KeyValuePair<string, string>(TraceContext.ParentName, text))]).Entry!.Outgoing[0].Trace);
    }

    [Fact]
    public void A_trace_that_the_handler_says_itself_is_left_alone()
    {
        var core = new EntityCore(Emitter.Handler(_ => Decision.Emit(new OutgoingEvent("out", "t", 1) { Extensions = [new(TraceContext.ParentName, Other)] })), TimeProvider.System);

        var said = core.Accept([Deliver(new KeyValuePair<string, string>(TraceContext.ParentName, Parent))]).Entry!.Outgoing[0];

        Assert.Null(said.Trace);
        Assert.Equal(Other, Assert.Single(said.Extensions).Value);
    }

    private static StoredOutgoing Decide(OutgoingEvent outgoing) =>
        Assert.Single(new EntityCore(Emitter.Handler(_ => Decision.Emit(outgoing)), TimeProvider.System).Accept([Emitter.Deliver(Emitter.Stream, 1)]).Entry!.Outgoing);

    private static string Failure(OutgoingEvent outgoing) =>
        new EntityCore(Emitter.Handler(_ => Decision.Emit(outgoing)), TimeProvider.System).Accept([Emitter.Deliver(Emitter.Stream, 1)]).Failure!.Cause.Message;

    private static Deliver Deliver(params KeyValuePair<string, string>[] extensions) => new(new EntityKey("k"), Emitter.Stream,
    [
        new EventEnvelope { Id = "1", Source = "/s", Type = "t", Key = "k", Extensions = extensions, Position = new EventPosition(Emitter.Stream, 1) },
    ]);
}
