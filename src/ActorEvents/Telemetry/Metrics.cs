using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ActorEvents.Telemetry;

/// <summary>Every metric of the library, meter <c>ActorEvents</c>. Units: events, bytes, 1.</summary>
public static class Metrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "ActorEvents";

    private static readonly Meter Meter = new(MeterName);
    private static readonly ConcurrentDictionary<object, (string Stream, Func<(int Events, long Bytes, int Tracked)> Read)> Lanes = [];
    private static readonly Counter<long> EmittedEvents = Meter.CreateCounter<long>("actorevents.source.emitted", "{event}", "Events that lanes published on the EventStream");
    private static readonly Counter<long> DeadLetteredRecords = Meter.CreateCounter<long>("actorevents.source.dead_letters", "{record}", "Records stored in ae_dead_letters");
    private static readonly Counter<long> SettledEvents = Meter.CreateCounter<long>("actorevents.subscription.settled", "{event}", "Events settled by a handler's entities");
    private static readonly Counter<long> ResentDeliveries = Meter.CreateCounter<long>("actorevents.subscription.resent", "{delivery}", "Deliveries sent again after a time-out");
    private static readonly Counter<long> DecidedEvents = Meter.CreateCounter<long>("actorevents.handler.decided", "{event}", "Events decided, by outcome");
    private static readonly Counter<long> HandlerFailures = Meter.CreateCounter<long>("actorevents.handler.failures", "{failure}", "Exceptions of Handle, Apply or an encoder");
    private static readonly Counter<long> ObserverDrops = Meter.CreateCounter<long>("actorevents.observer.dropped", "{event}", "Events that a slow observer's buffer dropped (oldest first)");
    private static readonly Counter<long> PublishedEvents = Meter.CreateCounter<long>("actorevents.relay.published", "{event}", "Outgoing events acknowledged by their destination");

    static Metrics()
    {
        Meter.CreateObservableGauge("actorevents.lane.in_flight", () => Lanes.Values.Select(l => new Measurement<long>(l.Read().Events, Tag("stream", l.Stream))), "{event}", "Unsettled events of a lane (credits taken)");
        Meter.CreateObservableGauge("actorevents.lane.in_flight_bytes", () => Lanes.Values.Select(l => new Measurement<long>(l.Read().Bytes, Tag("stream", l.Stream))), "By", "Unsettled bytes of a lane");
        Meter.CreateObservableGauge("actorevents.lane.tracked", () => Lanes.Values.Select(l => new Measurement<long>(l.Read().Tracked, Tag("stream", l.Stream))), "{position}", "Positions tracked, settled ones behind a gap included");
    }

    internal static void LaneOpened(object lane, string stream, Func<(int Events, long Bytes, int Tracked)> read) => Lanes[lane] = (stream, read);

    internal static void LaneClosed(object lane) => Lanes.TryRemove(lane, out _);

    internal static void Emitted(string source, int count) => EmittedEvents.Add(count, Tag("source", source));

    internal static void DeadLettered(string source, int count) => DeadLetteredRecords.Add(count, Tag("source", source));

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

    internal static void HandlerFailed(string handler) => HandlerFailures.Add(1, Tag("handler", handler));

    internal static void ObserverDropped(string observer, long count) => ObserverDrops.Add(count, Tag("observer", observer));

    internal static void Published(string destination, int count) => PublishedEvents.Add(count, Tag("destination", destination));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
