using System.Diagnostics;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Handlers;
using ActorEvents.Hosting;
using ActorEvents.Journal;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Destinations;
using ActorEvents.Kafka.Sources;
using ActorEvents.Sources;
using ActorEvents.Tests.Kafka;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace ActorEvents.Tests.Telemetry;

/// <summary>A listener is one for the process: nothing else may run beside these.</summary>
[CollectionDefinition(nameof(TraceTests), DisableParallelization = true)]
public sealed class TraceTestsCollection;

/// <summary>One node between two topics of a mock cluster: a produced record, what a handler says about it, and the record that comes out.</summary>
[Collection(nameof(TraceTests))]
public sealed class TraceTests : IAsyncLifetime
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string Producer = "b7ad6b7169203331";
    private const string Parent = $"00-{TraceId}-{Producer}-01";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("ae-trace-").FullName;
    private readonly MockKafkaFixture _kafka = new();
    private readonly Teller _teller = new();
    private readonly List<Activity> _spans = [];
    private FlowOptions? _flow;
    private IHost? _node;

    public async Task InitializeAsync()
    {
        _kafka.CreateTopic("in", 1);
        _kafka.CreateTopic("out", 1);
        var client = new KafkaClientOptions { BootstrapServers = _kafka.Bootstrap, FetchWaitMs = 10, SessionTimeout = TimeSpan.FromMilliseconds(1_500) };
        var topics = new KafkaTopics(client, TimeProvider.System, NullLogger.Instance);
        var source = new KafkaSourceOptions { Name = "lines", Topics = new Dictionary<string, RecordMapping>(StringComparer.Ordinal) { ["in"] = RecordMapping.ForTopic("in") } };
        var journal = await JournalDatabase.OpenAsync(new JournalOptions { SqliteFile = Path.Combine(_folder, "journal.db") }, TimeProvider.System, CancellationToken.None);
        var host = Host.CreateApplicationBuilder();
        host.Logging.ClearProviders();
        host.Services.AddActorEvents(journal, events => _flow = events
            .AddHandler("teller", _teller, h => h.Handles("in"))
            .AddSource(new KafkaEventSource(source, client, topics))
            .PublishTo(_ => new KafkaDestination(client, topics, 100_000, TimeProvider.System, NullLogger.Instance))
            .Options.Flow);
        _node = host.Build();
        await _node.StartAsync();
    }

    [Fact]
    public async Task From_a_produced_record_to_the_emitted_one_it_is_one_trace()
    {
        using var tracing = Sdk.CreateTracerProviderBuilder().AddSource(ActorEventsHosting.ActivitySourceName).AddInMemoryExporter(_spans).Build();

        var emitted = await SendAsync("hello", Parent);
        await StopAsync();

        var spans = _spans.ToDictionary(s => s.OperationName, StringComparer.Ordinal);
        Assert.Equal(["append journal", "process in", "receive in", "send out"], spans.Keys.Order(StringComparer.Ordinal));
        Assert.All(_spans, s => Assert.Equal((TraceId, ActivityStatusCode.Unset), (s.TraceId.ToHexString(), s.Status)));
        var (receive, process, append, send) = (spans["receive in"], spans["process in"], spans["append journal"], spans["send out"]);
        Assert.Equal(
            (ActivityKind.Client, ActivityKind.Consumer, ActivityKind.Client, ActivityKind.Producer), (receive.Kind, process.Kind, append.Kind, send.Kind));
        Assert.Equal(
            (Producer, receive.SpanId, process.SpanId, process.SpanId), (receive.ParentSpanId.ToHexString(), process.ParentSpanId, append.ParentSpanId, send.ParentSpanId));
        Assert.Equal(process.SpanId, Assert.Single(append.Links).Context.SpanId);
        Assert.Equal(process.SpanId, _teller.Current?.SpanId);

        Assert.Equal(("kafka", "in", "0", 0L), (receive.GetTagItem("messaging.system"), receive.GetTagItem("messaging.destination.name"), receive.GetTagItem("messaging.destination.partition.id"), receive.GetTagItem("messaging.kafka.offset")));
        Assert.Equal(("receive", "process", "send"), (receive.GetTagItem("messaging.operation.type"), process.GetTagItem("messaging.operation.type"), send.GetTagItem("messaging.operation.type")));
        Assert.Equal(("teller", "k"), (process.GetTagItem("actorevents.handler"), process.GetTagItem("actorevents.key")));
        Assert.Equal(("sqlite", 1), (append.GetTagItem("db.system.name"), append.GetTagItem("messaging.batch.message_count")));

        Assert.Equal(send.Id, Header(emitted, "traceparent"));
        Assert.Equal(process.Id, Header(emitted, "ce_traceparent"));
        Assert.Equal(("v=1", "v=1"), (Header(emitted, "tracestate"), Header(emitted, "ce_tracestate")));
        Assert.Equal("north", Header(emitted, "ce_tenant"));
    }

    [Fact]
    public async Task Without_a_listener_there_is_no_activity_and_the_context_goes_on_as_it_came()
    {
        var emitted = await SendAsync("hello", Parent);

        Assert.Null(_teller.Current);
        Assert.Equal((Parent, Parent), (Header(emitted, "traceparent"), Header(emitted, "ce_traceparent")));
        Assert.Equal(("v=1", "v=1"), (Header(emitted, "tracestate"), Header(emitted, "ce_tracestate")));
    }

    [Fact]
    public async Task A_trace_that_is_not_sampled_goes_on_as_it_came()
    {
        using var tracing = Sdk.CreateTracerProviderBuilder().AddSource(ActorEventsHosting.ActivitySourceName).AddInMemoryExporter(_spans).Build();

        var emitted = await SendAsync("hello", $"00-{TraceId}-{Producer}-00");

        Assert.Equal($"00-{TraceId}-{Producer}-00", Header(emitted, "ce_traceparent"));
        await StopAsync();
        Assert.Empty(_spans);
    }

    [Fact]
    public async Task A_handler_that_fails_is_a_process_span_with_an_error()
    {
        using var tracing = Sdk.CreateTracerProviderBuilder().AddSource(ActorEventsHosting.ActivitySourceName).AddInMemoryExporter(_spans).Build();
        _teller.Fails = true;

        await ProduceAsync("hello", Parent);
        await _teller.Failed.Task.WaitAsync(Patience);
        _flow!.DrainTimeout = TimeSpan.FromSeconds(1); // What fails stays under way.
        await StopAsync();

        var process = _spans.First(s => s.OperationName == "process in");
        Assert.Equal((ActivityStatusCode.Error, "no"), (process.Status, process.StatusDescription));
        Assert.Equal(typeof(InvalidOperationException).FullName, process.GetTagItem("error.type"));
        Assert.DoesNotContain(_spans, s => s.OperationName is "append journal" or "send out");
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        _kafka.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Once it has stopped all of its spans are ended.</summary>
    private async Task StopAsync()
    {
        if (_node is { } node)
        {
            _node = null;
            await node.StopAsync();
            node.Dispose();
        }
    }

    private async Task<ConsumeResult<byte[], byte[]>> SendAsync(string value, string parent)
    {
        await ProduceAsync(value, parent);
        return await Task.Run(() =>
        {
            using var consumer = new ConsumerBuilder<byte[], byte[]>(_kafka.ConsumerConfig("test")).SetLogHandler((_, _) => { }).Build();
            consumer.Assign(new TopicPartitionOffset("out", 0, Offset.Beginning));
            return consumer.Consume(Patience) ?? throw new TimeoutException("nothing was emitted");
        });
    }

    private async Task ProduceAsync(string value, string parent)
    {
        using var producer = new ProducerBuilder<string, string>(_kafka.ProducerConfig()).SetLogHandler((_, _) => { }).Build();
        Headers headers = [];
        headers.Add("traceparent", Encoding.ASCII.GetBytes(parent));
        headers.Add("tracestate", "v=1"u8.ToArray());
        await producer.ProduceAsync("in", new Message<string, string> { Key = "k", Value = value, Headers = headers });
    }

    private static string? Header(ConsumeResult<byte[], byte[]> record, string name) =>
        record.Message.Headers.TryGetLastBytes(name, out var value) ? Encoding.UTF8.GetString(value) : null;

    /// <summary>Says on what it hears.</summary>
    private sealed class Teller : IEventHandler<Told>
    {
        public Told Initial { get; } = new(0);

        public bool Fails { get; set; }

        public Activity? Current { get; private set; }

        public TaskCompletionSource Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Decision Handle(Told state, EventEnvelope envelope)
        {
            Current = Activity.Current;
            if (Fails)
            {
                Failed.TrySetResult();
                throw new InvalidOperationException("no");
            }

            return Decision.Emit(new OutgoingEvent("out", "told", envelope.Data) { Extensions = [new("tenant", "north")] });
        }

        public Told Apply(Told state, object stateEvent) => state;
    }

    private sealed record Told(int Count);
}
