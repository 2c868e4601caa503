using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Output;

/// <summary>Rows in columns apart by <c> | </c>, never wrapped and never cut.</summary>
internal sealed class PlainTable(TextWriter writer)
{
    private int[] _widths = [];

    /// <summary>Columns grow with what is shown and never shrink.</summary>
    public void Widen(IReadOnlyList<string> cells)
    {
        if (_widths.Length < cells.Count)
        {
            Array.Resize(ref _widths, cells.Count);
        }

        for (var i = 0; i < cells.Count; i++)
        {
            _widths[i] = Math.Max(_widths[i], CellWidth.Of(cells[i]));
        }
    }

    public void Write(IReadOnlyList<string> cells)
    {
        for (var i = 0; i < cells.Count; i++)
        {
            // No blank stands at the end of a line.
            writer.Write(i == 0 ? "" : i == cells.Count - 1 && cells[i].Length == 0 ? " |" : " | ");
            writer.Write(cells[i]);
            writer.Write(i == cells.Count - 1 ? "" : new string(' ', Math.Max(0, _widths[i] - CellWidth.Of(cells[i]))));
        }

        writer.Write('\n');
    }
}
