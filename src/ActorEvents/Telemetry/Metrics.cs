using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ActorEvents.Telemetry;

/// <summary>Every metric of the library, meter <c>ActorEvents</c>: under the name of OpenTelemetry's conventions where they have one (README.md of this folder).</summary>
internal static class Metrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "ActorEvents";

    private static readonly Meter Meter = new(MeterName);
    private static readonly ConcurrentDictionary<object, Func<Gauges?>> Watches = [];
    private static readonly Counter<long> ConsumedMessages = Meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Events that lanes emitted");
    private static readonly Counter<long> DeadLetteredRecords = Meter.CreateCounter<long>("actorevents.source.dead_letters", "{record}", "Records stored in ae_dead_letters");
    private static readonly Counter<long> LostLines = Meter.CreateCounter<long>("actorevents.file.lost_lines", "{line}", "Lines of followed files that could not be read; at least so many");
    private static readonly Counter<long> DroppedLog = Meter.CreateCounter<long>("actorevents.log.dropped", "{write}", "Writes to standard error that were dropped: nobody read them, or they could not be written");
    private static readonly Counter<long> SettledEvents = Meter.CreateCounter<long>("actorevents.subscription.settled", "{event}", "Events settled by a handler's entities");
    private static readonly Counter<long> ResentDeliveries = Meter.CreateCounter<long>("actorevents.subscription.resent", "{delivery}", "Deliveries sent again after a time-out");
    private static readonly Counter<long> DecidedEvents = Meter.CreateCounter<long>("actorevents.handler.decided", "{event}", "Events decided, by outcome");
    private static readonly Counter<long> RejectedEvents = Meter.CreateCounter<long>("actorevents.handler.rejected", "{event}", "Events rejected, by kind of reason");
    private static readonly Counter<long> HandlerFailures = Meter.CreateCounter<long>("actorevents.handler.failures", "{failure}", "Exceptions of Handle, Apply or an encoder");
    private static readonly Counter<long> ObserverDrops = Meter.CreateCounter<long>("actorevents.observer.dropped", "{event}", "Events that a slow observer's buffer dropped (oldest first)");
    private static readonly Counter<long> SentMessages = Meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Outgoing events acknowledged by their destination, or refused for good (error.type)");
    private static readonly Histogram<double> ProcessDuration = Meter.CreateHistogram(
        "messaging.process.duration", "s", "Handle of one event", advice: Buckets(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10));
    private static readonly Histogram<double> OperationDuration = Meter.CreateHistogram(
        "messaging.client.operation.duration", "s", "One list of records, from the client's first to its last acknowledgement", advice: Buckets(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10));
    private static readonly Histogram<double> AppendDuration = Meter.CreateHistogram(
        "db.client.operation.duration", "s", "One append of an entity, with its wait in the journal's queue", advice: Buckets(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10));

    static Metrics()
    {
        Meter.CreateObservableGauge("actorevents.lane.in_flight", () => Lanes().Select(l => new Measurement<long>(l.Events, Tag("stream", l.Stream))), "{event}", "Unsettled events of a lane (credits taken)");
        Meter.CreateObservableGauge("actorevents.lane.in_flight_bytes", () => Lanes().Select(l => new Measurement<long>(l.Bytes, Tag("stream", l.Stream))), "By", "Unsettled bytes of a lane");
        Meter.CreateObservableGauge("actorevents.lane.tracked", () => Lanes().Select(l => new Measurement<long>(l.Tracked, Tag("stream", l.Stream))), "{position}", "Positions tracked, settled ones behind a gap included");
        Meter.CreateObservableGauge("actorevents.subscription.stalled", () => Now.SelectMany(g => g.Stalled).Select(s => new Measurement<long>(s.Events, Tag("handler", s.Handler), Tag("stream", s.Stream))), "{event}", "Events that wait behind a key selector that fails");
        Meter.CreateObservableGauge("actorevents.handler.blocked_keys", () => Now.SelectMany(g => g.Blocked).Select(b => new Measurement<long>(b.Keys, Tag("handler", b.Handler))), "{key}", "Keys that do not go on");
    }

    private static IEnumerable<Gauges> Now => Watches.Values.Select(w => w()).OfType<Gauges>();

    /// <summary>The gauges show what this says from now on; null: nothing.</summary>
    internal static void Watch(object owner, Func<Gauges?> gauges) => Watches[owner] = gauges;

    internal static void Unwatch(object owner) => Watches.TryRemove(owner, out _);

    private static IEnumerable<(string Stream, int Events, long Bytes, int Tracked)> Lanes() => Now.SelectMany(g => g.Lanes);

    internal static void Consumed(string system, string? group, string destination, int count)
    {
        if (ConsumedMessages.Enabled)
        {
            var tags = Messaging(system, "receive", destination, null);
            if (group is not null)
            {
                tags.Add("messaging.consumer.group.name", group);
            }

            ConsumedMessages.Add(count, tags);
        }
    }

    /// <summary>Whether anybody wants to know how long handlers take; the clock is not read for nobody.</summary>
    internal static bool TimesProcessing => ProcessDuration.Enabled;

    internal static void Processed(string handler, string destination, TimeSpan duration, string? error)
    {
        var tags = Messaging(Tracing.MessagingSystem, "process", destination, error);
        tags.Add("actorevents.handler", handler);
        ProcessDuration.Record(duration.TotalSeconds, tags);
    }

    internal static void AppendEnded(string database, TimeSpan duration, string? error)
    {
        var tags = new TagList { { "db.system.name", database }, { "db.operation.name", "append" }, { "db.collection.name", "journal" } };
        AddError(ref tags, error);
        AppendDuration.Record(duration.TotalSeconds, tags);
    }

    internal static void Sent(string system, string destination, int acknowledged, int refused)
    {
        Add(acknowledged, null);
        Add(refused, "refused");

        void Add(int count, string? error)
        {
            if (count > 0)
            {
                SentMessages.Add(count, Messaging(system, "send", destination, error));
            }
        }
    }

    internal static void SendEnded(string system, string? destination, TimeSpan duration, string? error) =>
        OperationDuration.Record(duration.TotalSeconds, Messaging(system, "send", destination, error));

    internal static void DeadLettered(string source, int count) => DeadLetteredRecords.Add(count, Tag("source", source));

    internal static void FileLinesLost(string source, long lines) => LostLines.Add(lines, Tag("source", source));

    internal static void LogDropped() => DroppedLog.Add(1);

    internal static void Settled(string handler, int count) => SettledEvents.Add(count, Tag("handler", handler));

    internal static void Resent(string handler, int count) => ResentDeliveries.Add(count, Tag("handler", handler));

    internal static void Decided(string handler, int decided, int repeats, int rejected)
    {
        Count(handler, "effect", decided - repeats - rejected);
        Count(handler, "repeat", repeats);
        Count(handler, "rejected", rejected);
    }

    private static void Count(string handler, string outcome, int count)
    {
        if (count > 0)
        {
            DecidedEvents.Add(count, Tag("handler", handler), Tag("outcome", outcome));
        }
    }

    internal static void Rejected(string handler, string kind) => RejectedEvents.Add(1, Tag("handler", handler), Tag("reason", kind));

    internal static void HandlerFailed(string handler) => HandlerFailures.Add(1, Tag("handler", handler));

    internal static void ObserverDropped(string observer, long count) => ObserverDrops.Add(count, Tag("observer", observer));

    /// <summary>Bounds in seconds, as the conventions have them.</summary>
    private static InstrumentAdvice<double> Buckets(params double[] bounds) => new() { HistogramBucketBoundaries = bounds };

    private static TagList Messaging(string system, string operation, string? destination, string? error)
    {
        var tags = new TagList { { "messaging.system", system }, { "messaging.operation.name", operation }, { "messaging.operation.type", operation } };
        if (destination is not null)
        {
            tags.Add("messaging.destination.name", destination);
        }

        AddError(ref tags, error);
        return tags;
    }

    private static void AddError(ref TagList tags, string? error)
    {
        if (error is not null)
        {
            tags.Add("error.type", error);
        }
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}

/// <summary>One node's gauges at its last look.</summary>
internal sealed record Gauges(
    IEnumerable<(string Stream, int Events, long Bytes, int Tracked)> Lanes, IEnumerable<(string Handler, string Stream, int Events)> Stalled, IEnumerable<(string Handler, int Keys)> Blocked);
