using System.Globalization;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using Google.Protobuf;

namespace ActorEvents.Handlers;

/// <summary>Akka's serializer for what passes between a subscription and an entity. Manifests are fixed texts; a type name is never written nor loaded.</summary>
internal sealed class DeliverySerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>On the wire between nodes of one cluster: never to be changed.</summary>
    public const int Id = 712;

    internal const string DeliverManifest = "ae.deliver.1";

    internal const string DoneManifest = "ae.done.1";

    internal const string ResendManifest = "ae.resend.1";

    internal const string StopManifest = "ae.stop.1";

    internal const string GetStatusManifest = "ae.get-status.1";

    internal const string StatusManifest = "ae.status.1";

    /// <summary>Serializer and bindings for <c>akka.actor</c>.</summary>
    public static Config Configuration => ConfigurationFactory.ParseString($$"""
        akka.actor {
          serializers.actor-events-delivery = "{{typeof(DeliverySerializer).AssemblyQualifiedName}}"
          serialization-identifiers."{{typeof(DeliverySerializer).AssemblyQualifiedName}}" = {{Id}}
          serialization-bindings {
            "{{typeof(Deliver).AssemblyQualifiedName}}" = actor-events-delivery
            "{{typeof(Done).AssemblyQualifiedName}}" = actor-events-delivery
            "{{typeof(Resend).AssemblyQualifiedName}}" = actor-events-delivery
            "{{typeof(StopWhenDrained).AssemblyQualifiedName}}" = actor-events-delivery
            "{{typeof(GetEntityStatus).AssemblyQualifiedName}}" = actor-events-delivery
            "{{typeof(EntityStatus).AssemblyQualifiedName}}" = actor-events-delivery
          }
        }
        """);

    public override int Identifier => Id;

    public override string Manifest(object o) => o switch
    {
        Deliver => DeliverManifest,
        Done => DoneManifest,
        Resend => ResendManifest,
        StopWhenDrained => StopManifest,
        GetEntityStatus => GetStatusManifest,
        EntityStatus => StatusManifest,
        _ => throw NotOurs(o),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        Deliver deliver => DeliveryCodec.Write(deliver),
        Done done => DeliveryCodec.Write(done),
        Resend resend => DeliveryCodec.Write(resend),
        StopWhenDrained => [],
        GetEntityStatus question => DeliveryCodec.Write(question),
        EntityStatus status => DeliveryCodec.Write(status),
        _ => throw NotOurs(obj),
    };

    /// <exception cref="SerializationException">Unknown manifest, or bytes that are not of that form.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return manifest switch
            {
                DeliverManifest => DeliveryCodec.ReadDeliver(bytes),
                DoneManifest => DeliveryCodec.ReadDone(bytes),
                ResendManifest => DeliveryCodec.ReadResend(bytes),
                GetStatusManifest => DeliveryCodec.ReadGetStatus(bytes),
                StatusManifest => DeliveryCodec.ReadStatus(bytes),
                StopManifest => StopWhenDrained.Instance,
                _ => throw new SerializationException(
                    $"The manifest '{manifest}' of serializer {Id.ToString(CultureInfo.InvariantCulture)} is unknown: a node of a newer version sent it."),
            };
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SerializationException($"{bytes.Length.ToString(CultureInfo.InvariantCulture)} bytes with manifest '{manifest}' cannot be read: {e.Message}", e);
        }
    }

    private static ArgumentException NotOurs(object o) => new($"DeliverySerializer is not for {o.GetType()}.", nameof(o));
}
