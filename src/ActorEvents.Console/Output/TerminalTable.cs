using Spectre.Console;

namespace ActorEvents.Aectl.Output;

/// <summary>The table of a terminal. Cells are <see cref="Text"/>: markup would rewrite keys such as <c>a:house:b</c> and <c>x[1]</c>.</summary>
internal static class TerminalTable
{
    private static readonly Dictionary<string, Color> Colours = new(StringComparer.OrdinalIgnoreCase)
    {
        ["up"] = Color.Green,
        ["running"] = Color.Green,
        ["ok"] = Color.Green,
        ["healthy"] = Color.Green,
        ["reachable"] = Color.Green,
        ["joining"] = Color.Yellow,
        ["weaklyup"] = Color.Yellow,
        ["leaving"] = Color.Yellow,
        ["exiting"] = Color.Yellow,
        ["paused"] = Color.Yellow,
        ["warning"] = Color.Yellow,
        ["down"] = Color.Red,
        ["unreachable"] = Color.Red,
        ["failed"] = Color.Red,
        ["unhealthy"] = Color.Red,
        ["error"] = Color.Red,
    };

    public static void Write(TextWriter writer, int width, bool color, IReadOnlyList<string>? headings, IEnumerable<IReadOnlyList<string>> rows, int columns)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = color ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = color ? ColorSystemSupport.EightBit : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = Math.Max(20, width);
        console.Profile.Capabilities.Unicode = true;
        var table = new Table { Border = TableBorder.Minimal, ShowHeaders = headings is not null };
        for (var i = 0; i < columns; i++)
        {
            table.AddColumn(new TableColumn(new Text(headings is null ? "" : headings[i], new Style(decoration: Decoration.Bold)) { Overflow = Overflow.Fold }));
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(c => new Text(c, Colours.TryGetValue(c, out var colour) ? new Style(colour) : Style.Plain) { Overflow = Overflow.Fold }));
        }

        console.Write(table);
    }
}
