using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Frames;

/// <summary>Frames as they are written: one JSON object a line.</summary>
internal static class FrameLine
{
    /// <summary>Texts stay readable; what a terminal could take for a command is escaped by JSON itself.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions s_writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Schema(IReadOnlyList<CommandColumn> columns) => Of(new { kind = "schema", columns = columns.Select(Column) });

    /// <summary>A column as clients see it.</summary>
    public static object Column(CommandColumn c) => new { name = c.Name, title = c.Title, type = c.Type.ToString().ToLowerInvariant(), wide = c.Wide };

    public static byte[] Text(string text) => Of(new { kind = "text", text });

    public static byte[] Warn(string message, string? node) => Of(new { kind = "warn", message, node });

    public static byte[] Error(CommandException e, string? correlationId = null) =>
        Of(new { kind = "error", code = e.Code, message = e.Message, field = e.Field, hint = e.Hint, correlationId });

    public static byte[] Heartbeat(long dropped) => Of(new { kind = "hb", dropped });

    public static byte[] End(EndFrame end) => Of(new
    {
        kind = "end",
        exit = (int)end.Exit,
        rows = end.Rows,
        count = end.Count,
        truncated = end.Truncated,
        page = end.Page,
        node = end.Node,
        asOf = Time(end.AsOf),
    });

    /// <exception cref="InvalidOperationException">The row has not as many values as there are columns: a bug of the command.</exception>
    public static byte[] Row(IReadOnlyList<CommandColumn> columns, string? node, object?[] values)
    {
        var shift = node is null ? 0 : 1;
        if (values.Length + shift != columns.Count)
        {
            throw new InvalidOperationException($"A row has {values.Length + shift} values for {columns.Count} columns.");
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_writer))
        {
            json.WriteStartObject();
            json.WriteString("kind", "row");
            json.WriteStartObject("values");
            for (var i = 0; i < columns.Count; i++)
            {
                json.WritePropertyName(columns[i].Name);
                Write(json, columns[i].Type, i < shift ? node : values[i - shift]);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static void Write(Utf8JsonWriter json, ColumnType type, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case DateTimeOffset time:
                json.WriteStringValue(Time(time));
                break;
            case TimeSpan span:
                json.WriteNumberValue(Math.Round(span.TotalMilliseconds, 3));
                break;
            case double number when !double.IsFinite(number):
                json.WriteNullValue();
                break;
            case Enum named:
                json.WriteStringValue(named.ToString());
                break;
            case IEnumerable<string> several when type != ColumnType.Json:
                json.WriteStringValue(string.Join(", ", several));
                break;
            default:
                JsonSerializer.Serialize(json, value, value.GetType(), Json);
                break;
        }
    }

    private static byte[] Of<T>(T frame) => [.. JsonSerializer.SerializeToUtf8Bytes(frame, Json), (byte)'\n'];
}

/// <summary>The last frame of an answer.</summary>
/// <param name="Count">Its rows in words; null: not counted.</param>
/// <param name="Page">Token of the next page; null: there is none.</param>
internal sealed record EndFrame(CommandExit Exit, long Rows, string? Count, bool Truncated, string? Page, string Node, DateTimeOffset AsOf);
