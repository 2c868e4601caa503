using System.Globalization;
using System.Text.Json;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Output;

/// <summary>A value as a person reads it; whatever it holds, it does nothing to a terminal.</summary>
internal sealed class ValueText(TimeForm times, TimeProvider clock)
{
    public string Of(JsonElement row, Column column) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(column.Name, out var value) ? SafeText.Escape(Of(value, column.Type)) : "";

    private string Of(JsonElement value, string type) => (value.ValueKind, type) switch
    {
        (JsonValueKind.Null or JsonValueKind.Undefined, _) => "",
        (JsonValueKind.String, "time") => Time(value.GetString()!),
        (JsonValueKind.String, _) => value.GetString()!,
        (JsonValueKind.Number, "duration") => Duration(value.GetDouble()),
        (JsonValueKind.Number, "bytes") => Bytes(value.GetDouble()),
        (JsonValueKind.Array, not "json") => $"[{string.Join(", ", value.EnumerateArray().Select(v => Of(v, type)))}]",
        _ => JsonText.Row(value, null),
    };

    private string Time(string text)
    {
        if (times == TimeForm.Iso || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return text;
        }

        if (times == TimeForm.Unix)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{time.ToUnixTimeMilliseconds() / 1000.0:0.###}");
        }

        var ago = (clock.GetUtcNow() - time).TotalMilliseconds;
        return ago >= 0 ? $"{Duration(ago)} ago" : $"in {Duration(-ago)}";
    }

    private static string Duration(double milliseconds) => milliseconds switch
    {
        < 0 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.#} ms"),
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.#} ms"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1_000:0.0} s"),
        < 3_600_000 => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(milliseconds / 60_000)} m {Math.Floor(milliseconds / 1_000 % 60)} s"),
        < 86_400_000 => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(milliseconds / 3_600_000)} h {Math.Floor(milliseconds / 60_000 % 60)} m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(milliseconds / 86_400_000)} d {Math.Floor(milliseconds / 3_600_000 % 24)} h"),
    };

    private static string Bytes(double bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        while (Math.Abs(bytes) >= 1024 && unit < units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.#} {units[unit]}");
    }
}
