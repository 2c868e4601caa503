using ActorEvents.Serializers;
using Akka.Actor;
using Akka.Configuration;

namespace ActorEvents.Handlers;

/// <summary>Akka's serializer for what passes between a subscription and an entity.</summary>
internal sealed class DeliverySerializer(ExtendedActorSystem system) : FixedManifestSerializer(system)
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
    public static Config Configuration => Bind<DeliverySerializer>(
        "actor-events-delivery", Id, typeof(Deliver), typeof(Done), typeof(Resend), typeof(StopWhenDrained), typeof(GetEntityStatus), typeof(EntityStatus));

    public override int Identifier => Id;

    protected override string? ManifestOf(object message) => message switch
    {
        Deliver => DeliverManifest,
        Done => DoneManifest,
        Resend => ResendManifest,
        StopWhenDrained => StopManifest,
        GetEntityStatus => GetStatusManifest,
        EntityStatus => StatusManifest,
        _ => null,
    };

    protected override byte[]? Write(object message) => message switch
    {
        Deliver deliver => DeliveryCodec.Write(deliver),
        Done done => DeliveryCodec.Write(done),
        Resend resend => DeliveryCodec.Write(resend),
        StopWhenDrained => [],
        GetEntityStatus question => DeliveryCodec.Write(question),
        EntityStatus status => DeliveryCodec.Write(status),
        _ => null,
    };

    protected override object? Read(byte[] bytes, string manifest) => manifest switch
    {
        DeliverManifest => DeliveryCodec.ReadDeliver(bytes),
        DoneManifest => DeliveryCodec.ReadDone(bytes),
        ResendManifest => DeliveryCodec.ReadResend(bytes),
        GetStatusManifest => DeliveryCodec.ReadGetStatus(bytes),
        StatusManifest => DeliveryCodec.ReadStatus(bytes),
        StopManifest => StopWhenDrained.Instance,
        _ => null,
    };
}
