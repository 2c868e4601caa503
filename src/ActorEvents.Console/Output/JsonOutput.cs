using System.Text.Json;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Output;

/// <summary>One object: rows as they come, then what is known at the end. It is closed, and so valid, also where the command was cut off (<c>complete</c>: false).</summary>
internal sealed class JsonOutput(TextWriter writer, IReadOnlyList<string>? columns) : IRowOutput
{
    private readonly List<string> _texts = [];
    private readonly List<(string Message, string? Node)> _warnings = [];
    private int _rows;

    public void Schema(IReadOnlyList<Column> columns)
    {
    }

    public void Row(JsonElement values)
    {
        writer.Write(_rows++ == 0 ? "{\"rows\":[\n" : ",\n");
        writer.Write(JsonText.Row(values, columns));
    }

    public void Text(string text) => _texts.Add(text);

    public bool Warn(string message, string? node)
    {
        _warnings.Add((message, node));
        return true;
    }

    public void End(Frame? end)
    {
        writer.Write(_rows == 0 ? "{\"rows\":[]," : "\n],");
        var rest = JsonText.Of(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("text");
            foreach (var text in _texts)
            {
                json.WriteStringValue(text);
            }

            json.WriteEndArray();
            json.WriteStartArray("warnings");
            foreach (var (message, node) in _warnings)
            {
                json.WriteStartObject();
                json.WriteString("message", message);
                json.WriteString("node", node);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("count", end?.Count);
            json.WriteBoolean("complete", end is not null);
            json.WriteBoolean("truncated", end?.Truncated ?? true);
            json.WriteString("page", end?.Page);
            json.WriteString("node", end?.Node);
            json.WriteString("asOf", end?.AsOf);
            json.WriteEndObject();
        });
        writer.Write(rest.AsSpan(1));
        writer.Write('\n');
    }
}
