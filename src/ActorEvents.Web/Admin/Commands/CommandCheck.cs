using System.Text.Json;

namespace ActorEvents.Web.Admin.Commands;

/// <summary>Checks a call against its definition. Nothing is guessed: what does not fit is refused with the name that was meant, or the form that is wanted.</summary>
internal static class CommandCheck
{
    /// <exception cref="CommandException">There is none of that name; names the nearest.</exception>
    public static (CommandPalette Palette, CommandDefinition Command) Find(IReadOnlyList<CommandPalette> palettes, string palette, string command)
    {
        if (palettes.FirstOrDefault(p => p.Name == palette) is not { } found)
        {
            var near = CommandNames.Nearest(palette, palettes.Select(p => p.Name));
            throw new CommandException(CommandExit.Usage, $"There is no palette '{palette}'.", "palette", near is null
                ? $"Known are: {string.Join(", ", palettes.Select(p => p.Name))}." : $"Did you mean `{near} {(palettes.First(p => p.Name == near).Commands.Any(c => c.Name == command) ? command : "…")}`?");
        }

        if (found.Commands.FirstOrDefault(c => c.Name == command) is not { } definition)
        {
            var names = found.Commands.Where(c => !c.Hidden).Select(c => c.Name).ToList();
            var near = CommandNames.Nearest(command, names);
            throw new CommandException(CommandExit.Usage, $"Palette '{palette}' has no command '{command}'.", "command", near is null
                ? $"It has: {string.Join(", ", names)}." : $"Did you mean `{palette} {near}`?");
        }

        return (found, definition);
    }

    /// <param name="arguments">A JSON object, or null: none.</param>
    /// <exception cref="CommandException">Unknown, twice, missing, of another form, out of its bounds.</exception>
    public static IReadOnlyDictionary<string, object> Arguments(CommandDefinition command, JsonElement? arguments)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        if (arguments is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } given)
        {
            if (given.ValueKind != JsonValueKind.Object)
            {
                throw new CommandException(CommandExit.BadData, $"args is a JSON {given.ValueKind}; it must be an object.", "args");
            }

            foreach (var argument in given.EnumerateObject())
            {
                var parameter = command.Parameters.FirstOrDefault(p => p.Name == argument.Name) ?? throw Unknown(command, argument.Name);
                if (argument.Value.ValueKind == JsonValueKind.Null)
                {
                    continue;
                }

                if (!values.TryAdd(parameter.Name, Value(parameter, argument.Value)))
                {
                    throw Twice(parameter);
                }
            }
        }

        foreach (var parameter in command.Parameters.Where(p => !values.ContainsKey(p.Name)))
        {
            if (parameter.Default is { } text)
            {
                values.Add(parameter.Name, parameter.Multiple ? (IReadOnlyList<string>)[text] : One(parameter, text));
            }
            else if (parameter.Required)
            {
                throw new CommandException(CommandExit.Usage, $"{parameter.Typed} is missing; it is {CommandValues.Form(parameter)}.", parameter.Name, Example(command));
            }
        }

        return values;
    }

    private static object Value(CommandParameter parameter, JsonElement given)
    {
        if (given.ValueKind == JsonValueKind.Array)
        {
            var all = given.EnumerateArray().Select(e => Text(parameter, e)).ToList();
            if (!parameter.Multiple && all.Count > 1)
            {
                throw Twice(parameter);
            }

            return parameter.Multiple ? all.ConvertAll(t => (string)One(parameter, t)) : One(parameter, all.Count == 1 ? all[0] : "");
        }

        var value = One(parameter, Text(parameter, given));
        return parameter.Multiple ? (IReadOnlyList<string>)[(string)value] : value;
    }

    private static string Text(CommandParameter parameter, JsonElement given) => given.ValueKind switch
    {
        JsonValueKind.String => given.GetString()!,
        JsonValueKind.Number => given.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => throw new CommandException(CommandExit.BadData, $"{parameter.Typed} is a JSON {given.ValueKind}; it must be a text.", parameter.Name),
    };

    private static object One(CommandParameter parameter, string text) => CommandValues.Parse(parameter, text)
        ?? throw new CommandException(CommandExit.Usage, $"{parameter.Typed} is '{Shown(parameter, text)}'; it must be {CommandValues.Form(parameter)}.", parameter.Name);

    private static string Shown(CommandParameter parameter, string text) => parameter.Secret ? "(not shown)" : text.Length > 80 ? text[..80] + "…" : text;

    private static CommandException Twice(CommandParameter parameter) =>
        new(CommandExit.Usage, $"{parameter.Typed} is given twice; it takes one value, {CommandValues.Form(parameter)}.", parameter.Name);

    private static CommandException Unknown(CommandDefinition command, string name)
    {
        var near = CommandNames.Nearest(name, command.Parameters.Select(p => p.Name));
        return new CommandException(CommandExit.Usage, $"Command '{command.Name}' has no parameter '{name}'.", name, near is not null
            ? $"Did you mean {command.Parameters.First(p => p.Name == near).Typed}?"
            : command.Parameters.Count == 0 ? "It takes none." : $"It takes: {string.Join(", ", command.Parameters.Select(p => p.Typed))}.");
    }

    private static string? Example(CommandDefinition command) => command.Examples.Count == 0 ? null : $"For example: {command.Examples[0]}";
}
