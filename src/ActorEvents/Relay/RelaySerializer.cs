using ActorEvents.Serializers;
using Akka.Actor;
using Akka.Configuration;
using Google.Protobuf;

namespace ActorEvents.Relay;

/// <summary>Akka's serializer for what passes between nodes and the relay.</summary>
internal sealed class RelaySerializer(ExtendedActorSystem system) : FixedManifestSerializer(system)
{
    /// <summary>On the wire between nodes of one cluster: never to be changed.</summary>
    public const int Id = 713;

    internal const string AppendedManifest = "ae.relay.appended.1";

    internal const string FlushManifest = "ae.relay.flush.1";

    internal const string FlushedManifest = "ae.relay.flushed.1";

    internal const string GetStatusManifest = "ae.relay.get-status.1";

    internal const string StatusManifest = "ae.relay.status.1";

    /// <summary>Serializer and bindings for <c>akka.actor</c>.</summary>
    public static Config Configuration => Bind<RelaySerializer>(
        "actor-events-relay", Id, typeof(JournalAppended), typeof(FlushRelay), typeof(RelayFlushed), typeof(GetRelayStatus), typeof(RelayStatus));

    public override int Identifier => Id;

    protected override string? ManifestOf(object message) => message switch
    {
        JournalAppended => AppendedManifest,
        FlushRelay => FlushManifest,
        RelayFlushed => FlushedManifest,
        GetRelayStatus => GetStatusManifest,
        RelayStatus => StatusManifest,
        _ => null,
    };

    protected override byte[]? Write(object message) => message switch
    {
        JournalAppended or GetRelayStatus => [],
        FlushRelay flush => new Wire.Flush { Deadline = flush.Deadline.Ticks }.ToByteArray(),
        RelayFlushed flushed => ToWire(flushed).ToByteArray(),
        RelayStatus status => ToWire(status).ToByteArray(),
        _ => null,
    };

    protected override object? Read(byte[] bytes, string manifest) => manifest switch
    {
        AppendedManifest => JournalAppended.Instance,
        FlushManifest => new FlushRelay(TimeSpan.FromTicks(Wire.Flush.Parser.ParseFrom(bytes).Deadline)),
        FlushedManifest => FromWire(Wire.Flushed.Parser.ParseFrom(bytes)),
        GetStatusManifest => GetRelayStatus.Instance,
        StatusManifest => FromWire(Wire.Status.Parser.ParseFrom(bytes)),
        _ => null,
    };

    private static Wire.Flushed ToWire(RelayFlushed flushed)
    {
        var wire = new Wire.Flushed { Place = flushed.Place, Highest = flushed.Highest };
        wire.Unsent.AddRange(flushed.Unsent.Select(ToWire));
        if (flushed.Problem is not null)
        {
            wire.Problem = flushed.Problem;
        }

        return wire;
    }

    private static RelayFlushed FromWire(Wire.Flushed wire) =>
        new(wire.Place, wire.Highest, [.. wire.Unsent.Select(FromWire)], wire.HasProblem ? wire.Problem : null);

    private static Wire.Status ToWire(RelayStatus status)
    {
        var wire = new Wire.Status { Place = status.Place, Highest = status.Highest };
        wire.Destinations.AddRange(status.Destinations.Select(ToWire));
        if (status.Problem is not null)
        {
            wire.Problem = status.Problem;
        }

        return wire;
    }

    private static RelayStatus FromWire(Wire.Status wire) =>
        new(wire.Place, wire.Highest, [.. wire.Destinations.Select(FromWire)], wire.HasProblem ? wire.Problem : null);

    private static Wire.Destination ToWire(RelayDestinationStatus status)
    {
        var wire = new Wire.Destination { Destination_ = status.Destination, Place = status.Place, Lag = status.Lag };
        if (status.TopicId is not null)
        {
            wire.TopicId = status.TopicId;
        }

        if (status.Stopped is not null)
        {
            wire.Stopped = status.Stopped;
        }

        if (status.Fault is not null)
        {
            wire.Fault = status.Fault;
        }

        return wire;
    }

    private static RelayDestinationStatus FromWire(Wire.Destination wire) => new(
        wire.Destination_,
        wire.HasTopicId ? wire.TopicId : null,
        wire.Place,
        wire.Lag,
        wire.HasStopped ? wire.Stopped : null,
        wire.HasFault ? wire.Fault : null);
}
