using ActorEvents.Web.Admin.Commands;
using ActorEvents.Web.Admin.Logs;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Web.Admin.Palettes;

/// <summary><c>log</c>: the last lines, lines as they come, and levels.</summary>
internal static class LogPalette
{
    private static readonly string[] s_levels = ["Trace", "Debug", "Information", "Warning", "Error", "Critical"];

    public static CommandPalette Of(NodeParts node) => new(
        "log",
        "The log of nodes.",
        new CommandDefinition("peek", "The last lines, from memory.", (call, output, _) => PeekAsync(node, call, output))
        {
            PerNode = true,
            Parameters = [new("count", ParameterKind.Integer) { Short = "n", Default = "100", Min = 1, Max = LogRing.Capacity, Summary = "Lines of each node." }, .. Filters],
            Columns = Columns,
            Counted = ("line", "lines"),
            Examples = ["log peek -n 20", "log peek --level Warning"],
        },
        new CommandDefinition("tail", "Lines as they are logged.", (call, output, stop) => TailAsync(node, call, output, stop))
        {
            Streaming = true,
            PerNode = true,
            Parameters = [.. Filters],
            Columns = Columns,
            Examples = ["log tail --grep relay"],
        },
        new CommandDefinition("append", "Writes a line into the log, e.g. to mark what is done next.", (call, output, _) => AppendAsync(node, call, output))
        {
            Effect = CommandEffect.Write,
            PerNode = true,
            Parameters = [new("text") { Positional = true, Required = true, Summary = "The line." }],
            Columns = [new("text")],
            Examples = ["log append 'deploying 1.2'"],
        },
        new CommandDefinition("level", "Levels that were set while the node runs.", (_, output, _) => LevelsAsync(node, output))
        {
            PerNode = true,
            Columns = [new("category"), new("level"), new("until", ColumnType.Time)],
        },
        new CommandDefinition("set-level", "Logs more or less of a category than is configured: for a while, or until the node ends.", (call, output, _) => SetAsync(node, call, output))
        {
            Effect = CommandEffect.Write,
            PerNode = true,
            HasDryRun = true,
            Parameters =
            [
                new("level", ParameterKind.Choice) { Positional = true, Required = true, Choices = [.. s_levels, "None", "configured"], Summary = "configured: as before." },
                new("category") { Summary = "Beginning of a logger's name, e.g. ActorEvents.Relay; without it all that have no level of their own." },
                new("for", ParameterKind.Duration) { Min = 1_000, Max = 7 * 86_400_000d, Summary = "After this time it is as before." },
            ],
            Columns = [new("category"), new("level"), new("until", ColumnType.Time)],
            Examples = ["log set-level Debug --category ActorEvents.Relay --for 10m", "log set-level configured --category ActorEvents.Relay"],
        });

    private static CommandParameter[] Filters =>
    [
        new("level", ParameterKind.Choice) { Choices = s_levels, Default = "Trace", Summary = "This level and above." },
        new("source") { Summary = "Beginning of the logger's name." },
        new("grep") { Summary = "Only lines with this text, in capitals or not." },
    ];

    private static CommandColumn[] Columns => [new("time", ColumnType.Time), new("level"), new("text"), new("source") { Wide = true }, new("error") { Wide = true }];

    private static Func<LogLine, bool> Filter(CommandCall call)
    {
        var level = Enum.Parse<LogLevel>(call.Text("level")!);
        var (source, grep) = (call.Text("source"), call.Text("grep"));
        return l => l.Level >= level
            && (source is null || l.Category.StartsWith(source, StringComparison.OrdinalIgnoreCase))
            && (grep is null || l.Text.Contains(grep, StringComparison.OrdinalIgnoreCase) || l.Error?.Contains(grep, StringComparison.OrdinalIgnoreCase) == true);
    }

    private static ValueTask RowAsync(LogLine line, ICommandOutput output) => output.RowAsync(line.At, line.Level.ToString(), line.Text, line.Category, line.Error);

    private static async Task PeekAsync(NodeParts node, CommandCall call, ICommandOutput output)
    {
        foreach (var line in node.Log.After(0).Lines.Where(Filter(call)).TakeLast((int)call.Integer("count")!))
        {
            await RowAsync(line, output);
        }
    }

    private static async Task TailAsync(NodeParts node, CommandCall call, ICommandOutput output, CancellationToken stop)
    {
        var filter = Filter(call);
        var dropped = 0L;
        for (var last = node.Log.Last; ;)
        {
            var (lines, more) = node.Log.After(last);
            if (lines.Count > 0)
            {
                // The ring has gone on without this reader.
                dropped += lines[0].Number - last - 1;
                output.Dropped(dropped);
                last = lines[^1].Number;
            }

            foreach (var line in lines.Where(filter))
            {
                await RowAsync(line, output);
            }

            if (lines.Count == 0)
            {
                await more.WaitAsync(stop);
            }
        }
    }

    private static async Task AppendAsync(NodeParts node, CommandCall call, ICommandOutput output)
    {
        // A line of the log is a line.
        var text = call.Text("text")!.ReplaceLineEndings(" ");
        Logs.Log.Appended(node.Logger, call.User, text);
        await output.RowAsync(text);
    }

    private static async Task LevelsAsync(NodeParts node, ICommandOutput output)
    {
        foreach (var rule in node.Levels.Rules)
        {
            await output.RowAsync(Category(rule.Category), rule.Level.ToString(), rule.Until);
        }

        if (node.Levels.Rules.Count == 0)
        {
            await output.TextAsync($"{node.Cluster.Self}: all levels are as configured");
        }
    }

    private static async Task SetAsync(NodeParts node, CommandCall call, ICommandOutput output)
    {
        var (category, text, span) = (call.Text("category") ?? "", call.Text("level")!, call.Duration("for"));
        LogLevel? level = text == "configured" ? null : Enum.Parse<LogLevel>(text);
        if (!call.DryRun)
        {
            node.Levels.Set(category, level, span);
        }

        await output.RowAsync(Category(category), text, level is null ? null : node.Time.GetUtcNow() + span);
    }

    private static string Category(string category) => category.Length == 0 ? "(all others)" : category;
}
