using System.Text.Json;

namespace ActorEvents.Aectl.Protocol;

/// <summary>
/// Reads what a node answers. By hand: generated readers of these few types cost a one-shot command some two hundred methods that are compiled at each start.
/// </summary>
internal static class ProtocolJson
{
    /// <summary>Null where it is no JSON object.</summary>
    public static T? Read<T>(ReadOnlyMemory<byte> json, Func<JsonElement, T> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    public static PaletteSet PaletteSet(JsonElement json) => new()
    {
        Version = (int)json.Whole("version"),
        Product = json.Text("product") ?? "",
        ProductVersion = json.Text("productVersion") ?? "",
        System = json.Text("system") ?? "",
        Node = json.Text("node") ?? "",
        User = json.Text("user") ?? "",
        Role = json.Text("role") ?? "",
        Palettes = json.List("palettes", Palette),
    };

    public static Frame Frame(JsonElement json) => new()
    {
        Kind = json.Text("kind") ?? "",
        Columns = json.List("columns", Column),
        Values = json.Member("values")?.Clone(),
        Text = json.Text("text"),
        Message = json.Text("message"),
        Code = json.Text("code"),
        Field = json.Text("field"),
        Hint = json.Text("hint"),
        CorrelationId = json.Text("correlationId"),
        Dropped = json.Whole("dropped"),
        Exit = (int)json.Whole("exit"),
        Count = json.Text("count"),
        Truncated = json.Truth("truncated"),
        Page = json.Text("page"),
        Node = json.Text("node"),
        AsOf = json.Text("asOf"),
    };

    public static Refusal Refusal(JsonElement json) => new() { Code = json.Text("code"), Message = json.Text("message"), Hint = json.Text("hint"), Exit = json.Whole("exit") is > 0 and var exit ? (int)exit : null };

    public static CompletionValues CompletionValues(JsonElement json) => new() { Values = json.Texts("values") };

    private static Palette Palette(JsonElement json) => new() { Name = json.Text("name") ?? "", Summary = json.Text("summary") ?? "", Commands = json.List("commands", Command) ?? [] };

    private static CommandDefinition Command(JsonElement json) => new()
    {
        Name = json.Text("name") ?? "",
        Summary = json.Text("summary") ?? "",
        // What it does is not known: it is asked about.
        Effect = json.Text("effect") ?? "destructive",
        Streaming = json.Truth("streaming"),
        PerNode = json.Truth("perNode"),
        Paged = json.Truth("paged"),
        Parameters = json.List("parameters", Parameter) ?? [],
        Columns = json.List("columns", Column) ?? [],
        Examples = json.Texts("examples") ?? [],
    };

    private static Parameter Parameter(JsonElement json) => new()
    {
        Name = json.Text("name") ?? "",
        Short = json.Text("short"),
        Summary = json.Text("summary") ?? "",
        Kind = json.Text("kind") ?? "string",
        Positional = json.Truth("positional"),
        Required = json.Truth("required"),
        Multiple = json.Truth("multiple"),
        Secret = json.Truth("secret"),
        Default = json.Member("default") is { } value ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null,
        Choices = json.Texts("choices"),
        Min = json.Number("min"),
        Max = json.Number("max"),
        Complete = json.Truth("complete"),
    };

    private static Column Column(JsonElement json) => new() { Name = json.Text("name") ?? "", Title = json.Text("title") ?? "", Type = json.Text("type") ?? "string", Wide = json.Truth("wide") };
}
