using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorEvents.Web.Admin.Commands;

/// <summary>Reads an argument's text into its kind.</summary>
internal static partial class CommandValues
{
    /// <summary>The form that is wanted, with an example.</summary>
    public static string Form(CommandParameter parameter) => parameter.Kind switch
    {
        ParameterKind.Integer => $"a whole number{Bounds(parameter)}, e.g. {Example(parameter, 10)}",
        ParameterKind.Number => $"a number with a decimal point{Bounds(parameter)}, e.g. {Example(parameter, 0.5)}",
        ParameterKind.Duration => $"a time with a unit (ms, s, m, h, d){TimeBounds(parameter)}, e.g. 10s",
        ParameterKind.Choice => $"one of {string.Join(", ", parameter.Choices ?? [])}",
        ParameterKind.Flag => "nothing behind it",
        _ => "a text",
    };

    /// <summary>The value, or null: not of that form, or out of its bounds.</summary>
    public static object? Parse(CommandParameter parameter, string text) => parameter.Kind switch
    {
        ParameterKind.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && Fits(parameter, whole) ? whole : null,
        ParameterKind.Number => double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && Fits(parameter, number) ? number : null,
        ParameterKind.Duration => Duration(text) is { } time && Fits(parameter, time.TotalMilliseconds) ? time : null,
        ParameterKind.Choice => parameter.Choices?.FirstOrDefault(c => string.Equals(c, text, StringComparison.OrdinalIgnoreCase)),
        ParameterKind.Flag => text switch { "true" => true, "false" => false, _ => null },
        _ => text,
    };

    /// <summary>Null: no time of our form.</summary>
    public static TimeSpan? Duration(string text)
    {
        var match = Time().Match(text);
        double unit = match.Groups[2].Value switch { "ms" => 1, "s" => 1_000, "m" or "min" => 60_000, "h" => 3_600_000, "d" => 86_400_000, _ => 0 };
        return match.Success && double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * unit is var all && all < TimeSpan.MaxValue.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(all)
            : null;
    }

    private static bool Fits(CommandParameter parameter, double value) => !(value < parameter.Min) && !(value > parameter.Max);

    private static string Bounds(CommandParameter p) => string.Create(
        CultureInfo.InvariantCulture, $"{(p.Min is { } min ? $" from {min.ToString(CultureInfo.InvariantCulture)}" : "")}{(p.Max is { } max ? $" to {max.ToString(CultureInfo.InvariantCulture)}" : "")}");

    private static string TimeBounds(CommandParameter p) => string.Create(
        CultureInfo.InvariantCulture, $"{(p.Min is { } min ? $" from {min / 1000:0.###}s" : "")}{(p.Max is { } max ? $" to {max / 1000:0.###}s" : "")}");

    private static string Example(CommandParameter p, double usual) => p.Default ?? (Fits(p, usual) ? usual : p.Min ?? p.Max ?? usual).ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("^([0-9]{1,12}(?:\\.[0-9]{1,6})?)(ms|s|m|min|h|d)$", RegexOptions.CultureInvariant)]
    private static partial Regex Time();
}
