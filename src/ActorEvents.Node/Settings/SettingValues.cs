using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorEvents.Node.Settings;

/// <summary>Reads the text of a setting into its type: numbers and times in the invariant form, times with a unit, sizes with one if they are not plain bytes.</summary>
internal static partial class SettingValues
{
    /// <summary>The value, or null and the form that is wanted.</summary>
    public static object? Parse(Type type, string name, string text, out string form)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            form = "text";
            return text;
        }

        if (type == typeof(char))
        {
            form = "one character, or tab";
            return text is "tab" or "\\t" ? '\t' : text.Length == 1 ? text[0] : null;
        }

        if (type == typeof(bool))
        {
            form = "true, false, on or off";
            return text switch { "true" or "on" => true, "false" or "off" => false, _ => null };
        }

        if (type == typeof(TimeSpan))
        {
            form = "a number with a unit: ms, s, min, h or d (e.g. 250 ms)";
            return Time(text);
        }

        if (type.IsEnum)
        {
            var names = Enum.GetNames(type);
            form = string.Join(" or ", names.Select(SettingsSchema.Kebab));
            var match = names.FirstOrDefault(n => SettingsSchema.Kebab(n) == text || n.ToLowerInvariant() == text);
            return match is null ? null : Enum.Parse(type, match);
        }

        if (type == typeof(IReadOnlyList<string>))
        {
            form = "a list, separated by commas";
            return text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        }

        if (type == typeof(IReadOnlyDictionary<string, string>))
        {
            form = "a list of name=value, separated by ';' (a value's own ';' is written ';;')";
            return Pairs(text);
        }

        if (type == typeof(double))
        {
            form = "a number with a decimal point";
            return double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        }

        var bytes = name.EndsWith("Bytes", StringComparison.Ordinal);
        form = bytes ? "a number of bytes, or with a unit: KiB, MiB, GiB, KB, MB, GB" : "a whole number";
        return (bytes ? Size(text) : Whole(text)) is { } whole ? Fit(type, whole) : null;
    }

    private static object? Fit(Type type, long value)
    {
        try
        {
            return Convert.ChangeType(value, type, CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static long? Whole(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? Size(string text)
    {
        if (Whole(text) is { } plain)
        {
            return plain;
        }

        var match = Quantity().Match(text);
        long? unit = match.Groups[2].Value switch
        {
            "KiB" => 1L << 10,
            "MiB" => 1L << 20,
            "GiB" => 1L << 30,
            "KB" => 1_000,
            "MB" => 1_000_000,
            "GB" => 1_000_000_000,
            "B" => 1,
            _ => null,
        };
        return match.Success && unit is { } u && decimal.TryParse(match.Groups[1].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number <= long.MaxValue / u
            ? (long)(number * u)
            : null;
    }

    private static TimeSpan? Time(string text)
    {
        if (text == "0")
        {
            return TimeSpan.Zero;
        }

        var match = Quantity().Match(text);
        double? unit = match.Groups[2].Value switch { "ms" => 1, "s" => 1_000, "min" or "m" => 60_000, "h" => 3_600_000, "d" => 86_400_000, _ => null };
        return match.Success && unit is { } u && double.TryParse(match.Groups[1].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * u < TimeSpan.MaxValue.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(number * u)
            : null;
    }

    /// <summary>A value's own ';' is written twice.</summary>
    private static Dictionary<string, string>? Pairs(string text)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in text.Replace(";;", "\0", StringComparison.Ordinal).Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                return null;
            }

            pairs[pair[..at].Trim()] = pair[(at + 1)..].Trim().Replace('\0', ';');
        }

        return pairs;
    }

    [GeneratedRegex(@"^([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Quantity();
}
