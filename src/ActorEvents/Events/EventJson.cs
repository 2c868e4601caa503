using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ActorEvents.Events;

/// <summary>The one set of System.Text.Json options for payloads: camel case, case-insensitive, nulls left out, numbers also from strings refused.</summary>
internal static class EventJson
{
    private static readonly ConcurrentDictionary<Type, string?> s_losses = [];

    public static JsonSerializerOptions Options { get; } = Make();

    /// <summary>Null, or why nothing of a type's values is ever written or read: it has fields only, as a tuple's items are, and JSON is made of properties.</summary>
    public static string? Loss(Type type) => s_losses.GetOrAdd(type, static t =>
        Options.GetTypeInfo(t) is { Kind: JsonTypeInfoKind.Object, PolymorphismOptions: null, Properties.Count: 0 }
        && t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Length > 0
            ? $"{t.Name} has no properties, and fields (a tuple's items) are neither written nor read; take a record"
            : null);

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            NumberHandling = JsonNumberHandling.Strict,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
