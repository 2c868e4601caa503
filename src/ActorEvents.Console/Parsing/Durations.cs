using System.Globalization;

namespace ActorEvents.Aectl.Parsing;

/// <summary><c>500ms</c>, <c>10s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>: a number and a unit, always.</summary>
internal static class Durations
{
    public const string Form = "a number with a unit: 500ms, 10s, 5m, 2h or 1d";

    private static readonly (string Unit, double Milliseconds)[] Units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    public static TimeSpan? Parse(string text)
    {
        foreach (var (unit, milliseconds) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * milliseconds < TimeSpan.MaxValue.TotalMilliseconds / 2)
            {
                return TimeSpan.FromMilliseconds(number * milliseconds);
            }
        }

        return null;
    }
}
