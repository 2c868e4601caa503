using System.Collections.Concurrent;
using System.Diagnostics;
using ActorEvents.Events;

namespace ActorEvents.Telemetry;

/// <summary>
/// Every span of the library, activity source <c>ActorEvents</c>; names and attributes are those of OpenTelemetry's conventions for messaging and databases
/// (README.md of this folder). An event's context is its <c>traceparent</c>, which goes on untouched where nobody listens: then nothing is made here.
/// </summary>
internal static class Tracing
{
    /// <summary>Name of the activity source.</summary>
    public const string SourceName = "ActorEvents";

    /// <summary>Links of an append's span, at most: the spans of the events in its row.</summary>
    internal const int MaxLinks = 64;

    private const string Kafka = "kafka";
    private const int MaxKnown = 1_024;
    private static readonly ActivitySource Source = new(SourceName);
    private static readonly ConcurrentDictionary<(string Operation, string System, string Destination), Operation> Operations = [];

    /// <summary>Whether anybody listens.</summary>
    internal static bool IsOn => Source.HasListeners();

    /// <summary>A lane emits an event. Child of the span that the record names.</summary>
    internal static Activity? Receive(string system, string? group, EventEnvelope envelope)
    {
        var span = Start(Messaging("receive", system, envelope.Position.Stream.Destination), ActivityKind.Client, TraceContext.Of(envelope), remote: true);
        if (span is { IsAllDataRequested: true })
        {
            Describe(span, envelope);
            if (system == Kafka)
            {
                DescribeKafka(span, envelope);
            }

            if (group is not null)
            {
                span.SetTag("messaging.consumer.group.name", group);
            }
        }

        return span;
    }

    /// <summary>A handler decides an event. It is the current activity meanwhile.</summary>
    internal static Activity? Process(string handler, EventEnvelope envelope)
    {
        var span = Start(Messaging("process", MessagingSystem, envelope.Position.Stream.Destination), ActivityKind.Consumer, TraceContext.Of(envelope), remote: false);
        if (span is { IsAllDataRequested: true })
        {
            Describe(span, envelope);
            span.SetTag("actorevents.handler", handler);
        }

        return span;
    }

    /// <summary>An entity appends a row. Child of what was decided if that is one trace; with more, a trace of its own that links to them. None where nothing in it is traced.</summary>
    /// <param name="causes">Spans of the events in the row, at most <see cref="MaxLinks"/>.</param>
    internal static Activity? Append(string database, string persistenceId, int events, IReadOnlyList<TraceContext> causes)
    {
        if (causes.Count == 0)
        {
            return null;
        }

        var parent = (TraceContext?)causes[0];
        for (var i = 1; i < causes.Count; i++)
        {
            parent = parent is not null && parent.IsOfSameTrace(causes[i]) ? parent : null;
        }

        var span = Start(Database(database), ActivityKind.Client, parent, remote: false, causes.Select(c => new ActivityLink(Context(c, false))));
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("actorevents.persistence_id", persistenceId);
            span.SetTag("messaging.batch.message_count", events);
        }

        return span;
    }

    /// <summary>The relay publishes an outgoing event. Child of the span in which it was decided.</summary>
    internal static Activity? Send(string system, string destination, EventEnvelope envelope)
    {
        var span = Start(Messaging("send", system, destination), ActivityKind.Producer, TraceContext.Of(envelope), remote: false);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("messaging.message.id", envelope.Id);
            span.SetTag("messaging.message.body.size", envelope.Data.Length);
        }

        return span;
    }

    /// <summary>The name under which the delivery between a node's lanes and the cluster's entities goes.</summary>
    internal const string MessagingSystem = "actorevents";

    /// <summary>Ends a span.</summary>
    /// <param name="error">What went wrong; null: nothing.</param>
    /// <param name="errorType">Attribute <c>error.type</c>: a class of errors, not a text.</param>
    internal static void End(this Activity? span, string? error = null, string? errorType = null)
    {
        if (span is null)
        {
            return;
        }

        if (error is not null)
        {
            span.SetTag("error.type", errorType ?? "_OTHER");
            span.SetStatus(ActivityStatusCode.Error, error);
        }

        var around = Activity.Current;
        span.Dispose();
        Activity.Current = ReferenceEquals(around, span) ? null : around;
    }

    /// <summary>What stands in for the event's own context from here on.</summary>
    internal static TraceContext ContextOf(Activity span) => new(span.Id!, span.TraceStateString);

    private static void Describe(Activity span, EventEnvelope envelope)
    {
        span.SetTag("messaging.message.id", envelope.Id);
        span.SetTag("messaging.message.body.size", envelope.Data.Length);
        span.SetTag("actorevents.stream", envelope.Position.Stream.Name);
        span.SetTag("actorevents.position", envelope.Position.Number);
        if (envelope.Key is { } key)
        {
            span.SetTag("actorevents.key", key);
        }
    }

    /// <summary>What the conventions have for Kafka alone: a line of a file and a tick of a timer have no offset and no partition.</summary>
    private static void DescribeKafka(Activity span, EventEnvelope envelope)
    {
        span.SetTag("messaging.kafka.offset", envelope.Position.Number);
        if (envelope.Position.Stream.Partition is { } partition)
        {
            span.SetTag("messaging.destination.partition.id", partition);
        }

        if (envelope.Key is { } key)
        {
            span.SetTag("messaging.kafka.message.key", key);
        }
    }

    /// <summary>Whatever is current on this thread is nobody's parent here: a mailbox has events of many traces.</summary>
    private static Activity? Start(Operation operation, ActivityKind kind, TraceContext? parent, bool remote, IEnumerable<ActivityLink>? links = null)
    {
        var around = Activity.Current;
        Activity.Current = null;
        var span = Source.StartActivity(operation.Name, kind, parent is null ? default : Context(parent, remote), operation.Attributes, links);
        Activity.Current = around;
        return span;
    }

    private static ActivityContext Context(TraceContext context, bool remote) =>
        ActivityContext.TryParse(context.Parent, context.State, remote, out var parsed) ? parsed : default;

    private static Operation Messaging(string name, string system, string destination) => Known(name, system, destination, () => new(
        $"{name} {destination}",
        [
            new("messaging.system", system),
            new("messaging.operation.name", name),
            new("messaging.operation.type", name),
            new("messaging.destination.name", destination),
        ]));

    private static Operation Database(string system) => Known("append", system, "journal", () => new(
        "append journal", [new("db.system.name", system), new("db.operation.name", "append"), new("db.collection.name", "journal")]));

    private static Operation Known(string operation, string system, string destination, Func<Operation> make)
    {
        if (Operations.TryGetValue((operation, system, destination), out var known))
        {
            return known;
        }

        var made = make();
        if (Operations.Count < MaxKnown)
        {
            Operations.TryAdd((operation, system, destination), made);
        }

        return made;
    }

    /// <summary>What is the same for all spans of one name; samplers see it.</summary>
    private sealed record Operation(string Name, KeyValuePair<string, object?>[] Attributes);
}
