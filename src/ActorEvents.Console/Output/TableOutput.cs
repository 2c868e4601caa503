using System.Text.Json;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Output;

/// <summary>Tables for people. A stream's rows are shown as they come, all others at the end, when it is known how wide the columns are.</summary>
/// <param name="width">Cells of the terminal; null: it is none, and nothing is wrapped or coloured.</param>
internal sealed class TableOutput(TextWriter writer, Settings settings, TimeProvider clock, bool streaming, int? width) : IRowOutput
{
    private readonly ValueText _values = new(settings.Time, clock);
    private readonly PlainTable _plain = new(writer);
    private readonly List<IReadOnlyList<string>> _rows = [];
    private IReadOnlyList<Column> _columns = [];
    private long _count;

    public void Schema(IReadOnlyList<Column> columns)
    {
        _columns = ShownColumns.Of(columns, settings);
        if (streaming && !settings.Quiet && _columns.Count > 0)
        {
            var headings = Headings();
            _plain.Widen(headings);
            // What is known before the first row: a time is as wide as all others.
            _plain.Widen([.. _columns.Select(c => c.Type == "time" && settings.Time == TimeForm.Iso ? "2026-01-01T00:00:00.000Z" : "")]);
            _plain.Write(headings);
        }
    }

    public void Row(JsonElement values)
    {
        if (_columns.Count == 0)
        {
            Schema(ShownColumns.Of(values));
        }

        _count++;
        string[] cells = [.. _columns.Select(c => _values.Of(values, c))];
        if (streaming)
        {
            _plain.Widen(cells);
            _plain.Write(cells);
        }
        else
        {
            _rows.Add(cells);
        }
    }

    public void Text(string text)
    {
        WriteRows();
        writer.Write(SafeText.EscapeLines(text));
        writer.Write('\n');
    }

    public bool Warn(string message, string? node) => false;

    public void End(Frame? end)
    {
        WriteRows();
        if (end is not null && !streaming && !settings.Quiet && (end.Count is not null || _columns.Count > 0))
        {
            writer.Write(FormattableString.Invariant($"Count: {SafeText.Escape(end.Count ?? FormattableString.Invariant($"{_count}"))}\n"));
        }
    }

    private void WriteRows()
    {
        if (_rows.Count == 0)
        {
            return;
        }

        var headings = settings.Quiet ? null : Headings();
        if (width is { } cells)
        {
            TerminalTable.Write(writer, cells, !settings.NoColor, headings, _rows, _columns.Count);
        }
        else
        {
            foreach (var row in _rows.Prepend(headings ?? []))
            {
                _plain.Widen(row);
            }

            foreach (var row in headings is null ? _rows : _rows.Prepend(headings))
            {
                _plain.Write(row);
            }
        }

        _rows.Clear();
    }

    private string[] Headings() => [.. _columns.Select(c => SafeText.Escape(c.Heading))];
}
