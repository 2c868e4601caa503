using ActorEvents.Events;

namespace ActorEvents.Tests.Events.Codecs;

/// <summary>Where a record says in which trace it was sent.</summary>
public sealed class TraceContextTests
{
    private const string First = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string Second = "00-11111111111111111111111111111111-2222222222222222-00";

    [Fact]
    public void The_headers_of_kafka_clients_become_the_extension_in_binary_mode() =>
        Is(First, "v=1", Records.DecodeBinary([], $"traceparent={First}", "tracestate=v=1").Good);

    [Fact]
    public void In_structured_mode_too() =>
        Is(First, null, Records.Decode([], Records.Structured(""), [Records.Header("content-type", Records.StructuredType), Records.Header("traceparent", First)]).Good);

    [Fact]
    public void And_in_a_plain_record() => Is(First, "v=1", Records.Decode([], [], [Records.Header("traceparent", First), Records.Header("tracestate", "v=1")]).Good);

    [Fact]
    public void The_extension_of_the_event_wins()
    {
        Is(Second, null, Records.DecodeBinary([], $"ce_traceparent={Second}", $"traceparent={First}", "tracestate=v=1").Good);
        var structured = Records.Structured($"\"traceparent\":\"{Second}\"");
        Is(Second, null, Records.Decode([], structured, [Records.Header("content-type", Records.StructuredType), Records.Header("traceparent", First)]).Good);
    }

    [Fact]
    public void Of_several_headers_the_last_counts() => Is(Second, null, Records.DecodeBinary([], $"traceparent={First}", $"+traceparent={Second}").Good);

    [Theory]
    [InlineData("traceparent=nothing")]
    [InlineData("traceparent=00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("traceparent=00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01")]
    [InlineData("traceparent")]
    [InlineData("Traceparent=" + First)]
    [InlineData("tracestate=v=1")]
    public void What_is_none_is_not_there_and_the_event_is(string header) => Assert.Empty(Records.DecodeBinary([], header).Good.Extensions);

    [Theory]
    [InlineData("ä")]
    [InlineData("")]
    [InlineData("a\nb")]
    public void A_state_that_is_none_is_left_out(string state) => Is(First, null, Records.DecodeBinary([], $"traceparent={First}", "tracestate=" + state).Good);

    [Fact]
    public void Another_span_takes_the_place_of_the_one_that_an_event_is_in()
    {
        var e = Records.DecodeBinary(Records.Bytes("1"), $"ce_traceparent={First}", "ce_tracestate=v=1", "ce_tenant=north", "ce_subject=s", "ce_time=2026-11-26T20:00:00Z").Good;

        var moved = e.In(new TraceContext(Second, null));

        Is(Second, null, moved);
        Assert.Equal("north", moved.Extension("tenant"));
        Assert.Equal(
            (e.Id, e.Source, e.Type, e.Subject, e.Time, e.DataContentType, e.DataSchema, e.Key, e.Origin, e.Position, e.Size),
            (moved.Id, moved.Source, moved.Type, moved.Subject, moved.Time, moved.DataContentType, moved.DataSchema, moved.Key, moved.Origin, moved.Position, moved.Size));
        Assert.Equal(e.Data, moved.Data);
    }

    [Theory]
    [InlineData("orders/shop.order-lines/3", "shop.order-lines", "3")]
    [InlineData("file", "file", null)]
    public void The_names_of_spans_and_metrics_follow_from_the_stream(string scope, string destination, string? partition) =>
        Assert.Equal((destination, partition), (new StreamId("s", scope).Destination, new StreamId("s", scope).Partition));

    private static void Is(string parent, string? state, EventEnvelope e)
    {
        Assert.Equal(new TraceContext(parent, state), TraceContext.Of(e));
        Assert.Equal(e.Extensions.Count, e.Extensions.DistinctBy(x => x.Key, StringComparer.Ordinal).Count());
    }
}
