using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorEvents.Events;

/// <summary>The one set of System.Text.Json options for payloads: camel case, case-insensitive, nulls left out, numbers also from strings refused.</summary>
internal static class EventJson
{
    public static JsonSerializerOptions Options { get; } = Make();

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
