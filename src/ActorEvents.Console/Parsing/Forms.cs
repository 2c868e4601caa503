using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Parsing;

/// <summary>How commands and parameters are written.</summary>
internal static class Forms
{
    /// <summary><c>&lt;address&gt;</c>, <c>--type VALUE</c> or <c>--tree</c>.</summary>
    public static string Of(Parameter parameter) => parameter.Positional
        ? $"<{parameter.Name}>{(parameter.Multiple ? "..." : "")}"
        : $"{(parameter.Short is { } s ? $"-{s}, " : "")}--{parameter.Name}{(parameter.Kind == "flag" ? "" : $" {ValueName(parameter)}")}";

    public static string Of(string palette, CommandDefinition command)
    {
        var words = command.Parameters.Where(p => p.Positional).Select(p => p.Required ? Of(p) : $"[{Of(p)}]")
            .Concat(command.Parameters.Where(p => !p.Positional).Select(p => p.Required ? $"--{p.Name} {ValueName(p)}" : $"[{(p.Short is { } s ? $"-{s}" : $"--{p.Name}")}{(p.Kind == "flag" ? "" : $" {ValueName(p)}")}]"));
        return string.Join(' ', new[] { palette, command.Name }.Where(w => w.Length > 0).Concat(words));
    }

    /// <summary>A command line that works, for messages.</summary>
    public static string Example(string palette, CommandDefinition command) => command.Examples is [var first, ..] ? first : Of(palette, command);

    private static string ValueName(Parameter parameter) => parameter.Kind switch
    {
        "integer" or "number" => "N",
        "duration" => "10s",
        "choice" when parameter.Choices is { Count: > 0 and <= 5 } choices => string.Join('|', choices),
        _ => parameter.Name.ToUpperInvariant(),
    };
}
