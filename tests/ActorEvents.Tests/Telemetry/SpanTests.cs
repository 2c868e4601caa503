using System.Diagnostics;
using ActorEvents.Events;
using ActorEvents.Handlers;
using ActorEvents.Sources;
using ActorEvents.Telemetry;
using ActorEvents.Tests.Handlers;

namespace ActorEvents.Tests.Telemetry;

/// <summary>Spans of lists, and what is made where nobody listens.</summary>
[Collection(nameof(TraceTests))]
public sealed class SpanTests
{
    [Fact]
    public void Without_a_listener_a_decision_allocates_nothing_more()
    {
        var handler = Emitter.Handler(_ => Decision.Nothing);
        var envelope = Traced(1);
        Assert.Same(Decision.Nothing, handler.Handle(new Sum(0), envelope));

        var state = new Sum(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            handler.Handle(state, envelope);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Lines of files and ticks of timers were described as Kafka records.</summary>
    [Theory]
    [InlineData("kafka", true)]
    [InlineData("file", false)]
    [InlineData("timer", false)]
    public void Only_a_Kafka_record_is_described_as_one(string system, bool kafka)
    {
        using var spans = new Spans();
        Tracing.Receive(system, null, Traced(7)).End();
        var receive = Assert.Single(spans.Ended);
        Assert.Equal(kafka, receive.TagObjects.Any(t => t.Key.StartsWith("messaging.kafka.", StringComparison.Ordinal) || t.Key == "messaging.destination.partition.id"));
        Assert.Equal(7L, receive.GetTagItem("actorevents.position"));
    }

    [Fact]
    public void Each_event_of_a_list_is_decided_in_a_span_of_its_own_trace()
    {
        using var spans = new Spans();

        var entry = new EntityCore(Emitter.Handler(_ => Emitter.Emit(1)), TimeProvider.System).Accept([Deliver(3)]).Entry!;

        Assert.Equal(3, entry.Spans.DistinctBy(s => s.Parent[..35], StringComparer.Ordinal).Count());
        Assert.Equal(entry.Spans, entry.Outgoing.Select(o => o.Trace!));
        Assert.Equal(spans.Ended.Select(s => s.Id), entry.Spans.Select(s => s.Parent));
        Assert.Equal(Enumerable.Range(1, 3).Select(i => Traced(i).Extension(TraceContext.ParentName)), spans.Ended.Select(s => s.ParentId));
    }

    [Fact]
    public void An_append_of_several_traces_is_a_trace_of_its_own_that_links_to_them()
    {
        using var spans = new Spans();
        var entry = new EntityCore(Emitter.Handler(_ => Decision.Nothing), TimeProvider.System).Accept([Deliver(100)]).Entry!;
        spans.Ended.Clear();

        Appending.Begin("sqlite", "emitter/k", entry).End();

        var append = Assert.Single(spans.Ended);
        Assert.Null(append.ParentId);
        Assert.Equal(entry.Spans.Select(s => s.Parent[36..52]), append.Links.Select(l => l.Context.SpanId.ToHexString()));
        Assert.Equal(64, append.Links.Count());
        Assert.Equal(100, append.GetTagItem("messaging.batch.message_count"));
    }

    [Fact]
    public void An_append_that_fails_says_so()
    {
        using var spans = new Spans();
        var entry = new EntityCore(Emitter.Handler(_ => Decision.Nothing), TimeProvider.System).Accept([Deliver(1)]).Entry!;

        Appending.Begin("sqlite", "emitter/k", entry).End(new IOException("disk full"));

        Assert.Equal((ActivityStatusCode.Error, "disk full"), (spans.Ended[^1].Status, spans.Ended[^1].StatusDescription));
        Assert.Equal("System.IO.IOException", spans.Ended[^1].GetTagItem("error.type"));
    }

    [Fact]
    public void What_else_is_current_on_the_thread_is_nobody_s_parent_and_stays_current()
    {
        using var spans = new Spans();
        using var request = new Activity("request").Start();

        new EntityCore(Emitter.Handler(_ => Decision.Nothing), TimeProvider.System).Accept([Emitter.Deliver(Emitter.Stream, 1)]);

        Assert.Null(Assert.Single(spans.Ended).ParentId);
        Assert.Same(request, Activity.Current);
    }

    private static Deliver Deliver(int events) => new(new EntityKey("k"), Emitter.Stream, [.. Enumerable.Range(1, events).Select(Traced)]);

    private static EventEnvelope Traced(int number) => new()
    {
        Id = $"{number}",
        Source = "/s",
        Type = "t",
        Key = "k",
        Extensions = [new(TraceContext.ParentName, $"00-{number:x32}-{number:x16}-01")],
        Position = new EventPosition(Emitter.Stream, number),
    };

    /// <summary>Takes every span, in the order in which they end.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly ActivityListener _listener;

        public Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = s => s.Name == Tracing.SourceName,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = Ended.Add,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public List<Activity> Ended { get; } = [];

        public void Dispose() => _listener.Dispose();
    }
}
