using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorEvents.Aectl.Protocol;

/// <summary>Compiled readers: reflection would cost a one-shot command more than the node does.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PaletteSet))]
[JsonSerializable(typeof(Frame))]
[JsonSerializable(typeof(Refusal))]
[JsonSerializable(typeof(CompletionValues))]
internal sealed partial class ProtocolJson : JsonSerializerContext
{
    /// <summary>Null where it is no such JSON.</summary>
    public static T? Read<T>(ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
