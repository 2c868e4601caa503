using System.Text.Json;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Output;

/// <summary>A row a line, as JSON; a command's text is <c>{"text":…}</c>.</summary>
internal sealed class JsonLinesOutput(TextWriter writer, IReadOnlyList<string>? columns) : IRowOutput
{
    public void Schema(IReadOnlyList<Column> columns)
    {
    }

    public void Row(JsonElement values)
    {
        writer.Write(JsonText.Row(values, columns));
        writer.Write('\n');
    }

    public void Text(string text)
    {
        writer.Write(JsonText.Of(json =>
        {
            json.WriteStartObject();
            json.WriteString("text", text);
            json.WriteEndObject();
        }));
        writer.Write('\n');
    }

    public bool Warn(string message, string? node) => false;

    public void End(Frame? end)
    {
    }
}
