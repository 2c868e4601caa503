using System.Globalization;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using Google.Protobuf;

namespace ActorEvents.Relay;

/// <summary>Akka's serializer for what passes between nodes and the relay. Manifests are fixed texts; a type name is never written nor loaded.</summary>
internal sealed class RelaySerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>On the wire between nodes of one cluster: never to be changed.</summary>
    public const int Id = 713;

    internal const string AppendedManifest = "ae.relay.appended.1";

    internal const string FlushManifest = "ae.relay.flush.1";

    internal const string FlushedManifest = "ae.relay.flushed.1";

    internal const string GetStatusManifest = "ae.relay.get-status.1";

    internal const string StatusManifest = "ae.relay.status.1";

    /// <summary>Serializer and bindings for <c>akka.actor</c>.</summary>
    public static Config Configuration => ConfigurationFactory.ParseString($$"""
        akka.actor {
          serializers.actor-events-relay = "{{typeof(RelaySerializer).AssemblyQualifiedName}}"
          serialization-identifiers."{{typeof(RelaySerializer).AssemblyQualifiedName}}" = {{Id}}
          serialization-bindings {
            "{{typeof(JournalAppended).AssemblyQualifiedName}}" = actor-events-relay
            "{{typeof(FlushRelay).AssemblyQualifiedName}}" = actor-events-relay
            "{{typeof(RelayFlushed).AssemblyQualifiedName}}" = actor-events-relay
            "{{typeof(GetRelayStatus).AssemblyQualifiedName}}" = actor-events-relay
            "{{typeof(RelayStatus).AssemblyQualifiedName}}" = actor-events-relay
          }
        }
        """);

    public override int Identifier => Id;

    public override string Manifest(object o) => o switch
    {
        JournalAppended => AppendedManifest,
        FlushRelay => FlushManifest,
        RelayFlushed => FlushedManifest,
        GetRelayStatus => GetStatusManifest,
        RelayStatus => StatusManifest,
        _ => throw NotOurs(o),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        JournalAppended or GetRelayStatus => [],
        FlushRelay flush => new Wire.Flush { Deadline = flush.Deadline.Ticks }.ToByteArray(),
        RelayFlushed flushed => ToWire(flushed).ToByteArray(),
        RelayStatus status => ToWire(status).ToByteArray(),
        _ => throw NotOurs(obj),
    };

    /// <exception cref="SerializationException">Unknown manifest, or bytes that are not of that form.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return manifest switch
            {
                AppendedManifest => JournalAppended.Instance,
                FlushManifest => new FlushRelay(TimeSpan.FromTicks(Wire.Flush.Parser.ParseFrom(bytes).Deadline)),
                FlushedManifest => FromWire(Wire.Flushed.Parser.ParseFrom(bytes)),
                GetStatusManifest => GetRelayStatus.Instance,
                StatusManifest => FromWire(Wire.Status.Parser.ParseFrom(bytes)),
                _ => throw new SerializationException(
                    $"The manifest '{manifest}' of serializer {Id.ToString(CultureInfo.InvariantCulture)} is unknown: a node of a newer version sent it."),
            };
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SerializationException($"{bytes.Length.ToString(CultureInfo.InvariantCulture)} bytes with manifest '{manifest}' cannot be read: {e.Message}", e);
        }
    }

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

    private static ArgumentException NotOurs(object o) => new($"RelaySerializer is not for {o.GetType()}.", nameof(o));
}
