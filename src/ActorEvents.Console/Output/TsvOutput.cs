using System.Text.Json;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Output;

/// <summary>Columns apart by tabs, below their names; numbers as they are. A tab, a line break or another control character within a value is escaped.</summary>
internal sealed class TsvOutput(TextWriter writer, Settings settings) : IRowOutput
{
    private IReadOnlyList<Column> _columns = [];
    private bool _begun;

    public void Schema(IReadOnlyList<Column> columns)
    {
        _columns = ShownColumns.Of(columns, settings);
        Begin();
    }

    public void Row(JsonElement values)
    {
        if (!_begun)
        {
            Schema(ShownColumns.Of(values));
        }

        writer.Write(string.Join('\t', _columns.Select(c => values.TryGetProperty(c.Name, out var v) ? Cell(v) : "")));
        writer.Write('\n');
    }

    public void Text(string text)
    {
        writer.Write(SafeText.EscapeLines(text));
        writer.Write('\n');
    }

    public bool Warn(string message, string? node) => false;

    public void End(Frame? end)
    {
    }

    private void Begin()
    {
        if (!_begun && !settings.Quiet && _columns.Count > 0)
        {
            writer.Write(string.Join('\t', _columns.Select(c => SafeText.Escape(c.Name))));
            writer.Write('\n');
        }

        _begun = true;
    }

    private static string Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        JsonValueKind.String => SafeText.Escape(value.GetString()!),
        _ => SafeText.Escape(JsonText.Row(value, null)),
    };
}
