using System.Globalization;
using System.Runtime.Serialization;
using ActorEvents.Journal.Entries;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;

namespace ActorEvents.Journal.Plugin;

/// <summary>Akka's serializer for what entities store. Manifests are fixed texts; a type name is never written nor loaded.</summary>
internal sealed class JournalSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Stored in every row (column <c>identifier</c>): never to be changed.</summary>
    public const int Id = 711;

    public override int Identifier => Id;

    public override string Manifest(object o) => o switch
    {
        JournalEntry => JournalEntry.Manifest,
        EntitySnapshot => EntitySnapshot.Manifest,
        _ => throw NotOurs(o),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        JournalEntry entry => EntryCodec.Write(entry),
        EntitySnapshot snapshot => EntryCodec.Write(snapshot),
        _ => throw NotOurs(obj),
    };

    public override object FromBinary(byte[] bytes, string manifest) => Read(bytes, manifest);

    /// <exception cref="SerializationException">Unknown manifest, or bytes that are not of that form.</exception>
    internal static object Read(byte[] bytes, string manifest)
    {
        try
        {
            return manifest switch
            {
                JournalEntry.Manifest => EntryCodec.ReadEntry(bytes),
                EntitySnapshot.Manifest => EntryCodec.ReadSnapshot(bytes),
                _ => throw new SerializationException(
                    $"The manifest '{manifest}' of serializer {Id.ToString(CultureInfo.InvariantCulture)} is unknown: a newer version wrote it (known: {JournalEntry.Manifest}, {EntitySnapshot.Manifest})."),
            };
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SerializationException($"{bytes.Length.ToString(CultureInfo.InvariantCulture)} bytes with manifest '{manifest}' cannot be read: {e.Message}", e);
        }
    }

    private static ArgumentException NotOurs(object o) => new($"JournalSerializer is not for {o.GetType()}.", nameof(o));
}
