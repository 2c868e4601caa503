using System.Text.Json;

namespace ActorEvents.Aectl.Protocol;

/// <summary>Members of foreign JSON: what is absent, null or of another kind is the default.</summary>
internal static class JsonMembers
{
    public static JsonElement? Member(this JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string? Text(this JsonElement from, string name) => from.Member(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static bool Truth(this JsonElement from, string name) => from.Member(name) is { ValueKind: JsonValueKind.True };

    public static double? Number(this JsonElement from, string name) => from.Member(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    public static long Whole(this JsonElement from, string name) => from.Member(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var whole) ? whole : 0;

    /// <summary>Null if there is no such list.</summary>
    public static List<T>? List<T>(this JsonElement from, string name, Func<JsonElement, T> read)
    {
        if (from.Member(name) is not { ValueKind: JsonValueKind.Array } list)
        {
            return null;
        }

        var items = new List<T>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            items.Add(read(item));
        }

        return items;
    }

    public static List<string>? Texts(this JsonElement from, string name) => from.List(name, i => i.ValueKind == JsonValueKind.String ? i.GetString()! : i.GetRawText());
}
