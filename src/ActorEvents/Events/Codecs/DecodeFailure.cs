using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace ActorEvents.Events.Codecs;

/// <summary>Why a record is no event. It becomes the reason of a dead letter.</summary>
/// <param name="Attribute">What is wrong: the attribute, header (<c>ce_…</c>), JSON member or setting (<c>key-format</c>).</param>
/// <param name="Value">The value as printable text, shortened; null where there is none.</param>
/// <param name="Problem">What is wrong with it, without the value.</param>
/// <param name="Cure">What the producer or operator can do.</param>
internal sealed record DecodeFailure(string Attribute, string? Value, string Problem, string Cure)
{
    private const int MaxShown = 60;

    /// <summary>One sentence for people; names attribute, value and cure.</summary>
    public string Reason => Value is null
        ? $"{Attribute}: {Problem}. {Cure}."
        : $"{Attribute} = {Value}: {Problem}. {Cure}.";

    internal static DecodeFailure Of(string attribute, ReadOnlySpan<byte> value, string problem, string cure) => new(attribute, Show(value), problem, cure);

    /// <summary>Text between ‹ ›, or hexadecimal where the bytes are no UTF-8; at most 60 bytes.</summary>
    internal static string Show(ReadOnlySpan<byte> value)
    {
        var cut = value.Length > MaxShown;
        var shown = cut ? value[..MaxShown] : value;
        var more = cut ? string.Create(CultureInfo.InvariantCulture, $"… ({value.Length} bytes)") : "";
        while (cut && shown.Length > MaxShown - 4 && !Utf8.IsValid(shown))
        {
            shown = shown[..^1];
        }

        if (!Utf8.IsValid(shown))
        {
            return $"bytes {Convert.ToHexString(shown)}{more}";
        }

        return $"‹{Printable(Encoding.UTF8.GetString(shown))}{more}›";
    }

    internal static string Show(string name) => Printable(name.Length > MaxShown ? name[..MaxShown] + "…" : name);

    private static string Printable(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.AsSpan().ContainsAnyInRange('\x7f', '\x9f') && !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
        {
            return text;
        }

        var builder = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = char.IsControl(c) || char.IsSurrogate(c)
                ? builder.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")
                : builder.Append(c);
        }

        return builder.ToString();
    }
}
