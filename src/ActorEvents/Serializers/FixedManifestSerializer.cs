using System.Globalization;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using Google.Protobuf;

namespace ActorEvents.Serializers;

/// <summary>Akka's serializer for messages between nodes. Manifests are fixed texts; a type name is never written nor loaded.</summary>
internal abstract class FixedManifestSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public sealed override string Manifest(object o) => ManifestOf(o) ?? throw NotOurs(o, nameof(o));

    public sealed override byte[] ToBinary(object obj) => Write(obj) ?? throw NotOurs(obj, nameof(obj));

    /// <exception cref="SerializationException">Unknown manifest, or bytes that are not of that form.</exception>
    public sealed override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return Read(bytes, manifest) ?? throw new SerializationException(
                $"The manifest '{manifest}' of serializer {Identifier.ToString(CultureInfo.InvariantCulture)} is unknown: a node of a newer version sent it.");
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new SerializationException($"{bytes.Length.ToString(CultureInfo.InvariantCulture)} bytes with manifest '{manifest}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Serializer and bindings for <c>akka.actor</c>.</summary>
    protected static Config Bind<TSerializer>(string name, int id, params Type[] messages) => ConfigurationFactory.ParseString($$"""
        akka.actor {
          serializers.{{name}} = "{{typeof(TSerializer).AssemblyQualifiedName}}"
          serialization-identifiers."{{typeof(TSerializer).AssemblyQualifiedName}}" = {{id}}
          serialization-bindings {
            {{string.Join('\n', messages.Select(m => $"\"{m.AssemblyQualifiedName}\" = {name}"))}}
          }
        }
        """);

    /// <summary>Null: not for this serializer.</summary>
    protected abstract string? ManifestOf(object message);

    /// <inheritdoc cref="ManifestOf"/>
    protected abstract byte[]? Write(object message);

    /// <summary>Null: the manifest is unknown.</summary>
    protected abstract object? Read(byte[] bytes, string manifest);

    private ArgumentException NotOurs(object o, string parameter) => new($"{GetType().Name} is not for {o.GetType()}.", parameter);
}
