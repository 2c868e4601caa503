using System.Globalization;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Parsing;

/// <summary>A value against its parameter's kind and bounds, before anything is sent.</summary>
internal static class ValueCheck
{
    /// <summary>What the value should be, or null if it is.</summary>
    public static string? Wrong(Parameter parameter, string value) => parameter.Kind switch
    {
        "integer" => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && InBounds(parameter, whole) ? null : $"a whole number{Bounds(parameter)}",
        "number" => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && InBounds(parameter, number) ? null : $"a number{Bounds(parameter)}",
        "duration" => Durations.Parse(value) is not null ? null : Durations.Form,
        "choice" => parameter.Choices is null || parameter.Choices.Contains(value, StringComparer.Ordinal) ? null : $"one of {string.Join(", ", parameter.Choices)}",
        _ => value.Length > 0 ? null : "not empty",
    };

    private static bool InBounds(Parameter parameter, double value) => value >= (parameter.Min ?? double.MinValue) && value <= (parameter.Max ?? double.MaxValue);

    private static string Bounds(Parameter parameter) => (parameter.Min, parameter.Max) switch
    {
        ({ } min, { } max) => string.Create(CultureInfo.InvariantCulture, $" from {min} to {max}"),
        ({ } min, null) => string.Create(CultureInfo.InvariantCulture, $" of {min} or more"),
        (null, { } max) => string.Create(CultureInfo.InvariantCulture, $" of {max} or less"),
        _ => "",
    };
}
