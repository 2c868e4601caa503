using System.Buffers;
using System.Globalization;
using System.Text;

namespace ActorEvents.Aectl.Terminals;

/// <summary>Foreign text as it may stand on a terminal: control characters (C0, DEL, C1), bidi controls, line separators and lone surrogates are shown and not sent.</summary>
internal static class SafeText
{
    private static readonly SearchValues<char> Plain = SearchValues.Create(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).ToArray());

    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Plain))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                var rune = new Rune(c, text[++i]);
                safe.Append(Shown(Rune.GetUnicodeCategory(rune)) ? rune.ToString() : string.Create(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}"));
                continue;
            }

            safe.Append(c switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\e' => "\\e",
                < ' ' or (>= '\x7f' and <= '\x9f') => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:X2}"),
                _ when Shown(CharUnicodeInfo.GetUnicodeCategory(c)) => c.ToString(),
                _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
            });
        }

        return safe.ToString();
    }

    /// <summary>The same, but its lines stay lines and its tabs tabs: a command's own text.</summary>
    public static string EscapeLines(string text) =>
        text.Contains('\n', StringComparison.Ordinal)
            ? string.Join('\n', text.TrimEnd('\n').Split('\n').Select(EscapeLines))
            : string.Join('\t', text.TrimEnd('\r').Split('\t').Select(Escape));

    private static bool Shown(UnicodeCategory category) =>
        category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
