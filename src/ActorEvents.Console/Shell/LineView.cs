using System.Globalization;
using System.Text;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Shell;

/// <summary>A line on one row of the terminal: of a longer one the part around the cursor.</summary>
internal static class LineView
{
    public static string Draw(string prompt, string text, int cursor, int width)
    {
        // No character is wider than two cells nor shorter than none, of which there are few: what is far off is not looked at.
        var start = Math.Max(0, cursor - (4 * width));
        (text, cursor) = (text[start..Math.Min(text.Length, cursor + (4 * width))], cursor - start);
        var room = Math.Max(10, width - 1 - CellWidth.Of(prompt));
        var cells = text.EnumerateRunes().Select(r => SafeText.Escape(r.ToString())).Select(s => (Text: s, Width: CellWidth.Of(s))).ToList();
        var before = text[..cursor].EnumerateRunes().Count();
        var (from, taken) = (before, 0);
        while (from > 0 && taken + cells[from - 1].Width < room)
        {
            taken += cells[--from].Width;
        }

        var shown = new StringBuilder();
        var used = 0;
        for (var i = from; i < cells.Count && used + cells[i].Width <= room; i++)
        {
            shown.Append(cells[i].Text);
            used += cells[i].Width;
        }

        var column = CellWidth.Of(prompt) + taken;
        return string.Create(CultureInfo.InvariantCulture, $"\r{prompt}{shown}\e[K\r{(column > 0 ? string.Create(CultureInfo.InvariantCulture, $"\e[{column}C") : "")}");
    }
}
