using System.Globalization;
using System.Text;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Local;

/// <summary>Help, of what the node offers and of what aectl has by itself.</summary>
internal static class HelpText
{
    /// <param name="palettes">Null: no node was reached.</param>
    public static string Overview(PaletteSet? palettes)
    {
        var text = new StringBuilder();
        text.Append("aectl                                    the shell, on the node here\n");
        text.Append("aectl HOST:PORT                          the shell there\n");
        text.Append("aectl [HOST:PORT] PALETTE COMMAND ...    one command\n");
        text.Append("aectl -f FILE|- [--keep-going]           a file of commands\n");
        if (palettes?.Palettes is { } all)
        {
            Section(text, "Palettes (help PALETTE shows its commands)", all.Select(p => (p.Name, p.Summary)));
        }

        Section(text, "Of aectl itself", LocalCommands.Single.Select(c => (Forms.Of("", c), c.Summary)).Append((LocalCommands.Context.Name, LocalCommands.Context.Summary)));
        Section(text, "Which node", [
            ("--host HOST:PORT", "a port (token: AECTL_TOKEN or --token-file FILE)"), ("--socket PATH", "a socket"), ("--context NAME", "one stored with context add"),
            ("", "none of them: AECTL_HOST, AECTL_SOCKET, AECTL_CONTEXT, the context in use, the one node of this machine")]);
        Section(text, "Switches of every command", GlobalOption.All.Select(Line));
        return text.ToString();
    }

    public static string Of(Palette palette)
    {
        var text = new StringBuilder($"{SafeText.Escape(palette.Name)}: {SafeText.Escape(palette.Summary)}\n");
        Section(text, "Commands", palette.Commands.Select(c => (Forms.Of(palette.Name, c), c.Summary + Effect(c))));
        return text.ToString();
    }

    public static string Of(string palette, CommandDefinition command)
    {
        var text = new StringBuilder($"{SafeText.Escape(Forms.Of(palette, command))}\n{SafeText.Escape(command.Summary)}{Effect(command)}\n");
        Section(text, "Arguments", command.Parameters.Select(p => (Forms.Of(p), Detail(p))));
        Section(text, "Columns", command.Columns.Select(c => (c.Name, c.Type + (c.Wide ? ", only with -o wide and in JSON" : ""))));
        Section(text, "Examples", command.Examples.Select(e => ($"aectl {e}", "")));
        return text.ToString();
    }

    private static (string, string) Line(GlobalOption option)
    {
        var form = $"{(option.Short is { } s ? $"{s}, " : "")}{option.Name}{(option.Value is { } v ? $" {v}" : "")}";
        return (form, option.Summary + (option.Variable is { } variable ? $" ({variable})" : ""));
    }

    private static string Effect(CommandDefinition command) => command switch
    {
        { Effect: "destructive" } => " (destroys something: asks first)",
        { Effect: "write" } => " (changes something)",
        { Streaming: true } => " (until Ctrl+C)",
        _ => "",
    };

    private static string Detail(Parameter parameter)
    {
        string?[] parts =
        [
            parameter.Summary.TrimEnd('.'),
            parameter.Required ? "needed" : null,
            parameter.Multiple && !parameter.Positional ? "may be given more than once" : null,
            parameter.Kind == "duration" ? Durations.Form : null,
            parameter.Choices is { } choices ? $"one of {string.Join(", ", choices)}" : null,
            parameter.Min is { } min ? string.Create(CultureInfo.InvariantCulture, $"at least {min}") : null,
            parameter.Max is { } max ? string.Create(CultureInfo.InvariantCulture, $"at most {max}") : null,
            parameter.Default is { } standard ? $"default {standard}" : null,
        ];
        return string.Join("; ", parts.Where(p => !string.IsNullOrEmpty(p)));
    }

    private static void Section(StringBuilder text, string title, IEnumerable<(string Left, string Right)> lines)
    {
        var all = lines.Select(l => (Left: SafeText.Escape(l.Left), Right: SafeText.Escape(l.Right))).ToList();
        if (all.Count == 0)
        {
            return;
        }

        var width = Math.Min(44, all.Max(l => l.Left.Length));
        text.Append(CultureInfo.InvariantCulture, $"\n{title}\n");
        foreach (var (left, right) in all)
        {
            text.Append($"  {left.PadRight(width)}  {right}".TrimEnd()).Append('\n');
        }
    }
}
