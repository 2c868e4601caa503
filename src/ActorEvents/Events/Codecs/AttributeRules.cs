using System.Buffers;

namespace ActorEvents.Events.Codecs;

/// <summary>
/// What the values of attributes may be, once for reading and writing. A rule answers null, or what is wrong as a half-sentence.
/// Sources: CloudEvents 1.0.2 core (naming, type system, required attributes), RFC 3986, RFC 3339.
/// </summary>
internal static class AttributeRules
{
    internal const int MaxOriginIdLength = 255;

    private static readonly SearchValues<char> s_name = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");
    private static readonly SearchValues<char> s_uri = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%");

    private static readonly SearchValues<char> s_scheme = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.");

    private static readonly SearchValues<char> s_suspect = SearchValues.Create(Suspects());

    /// <summary>An attribute's name: one or more of a–z, 0–9.</summary>
    public static bool IsName(ReadOnlySpan<char> name) => name.Length > 0 && !name.ContainsAnyExcept(s_name);

    /// <summary>Names that no extension may have: they have a place of their own in an event.</summary>
    public static bool IsReserved(string name) => name is "specversion" or "id" or "source" or "type" or "subject" or "time" or "dataschema"
        or "datacontenttype" or "data" or EventOrigin.IdAttribute or EventOrigin.NumberAttribute;

    public static bool IsPartitionKey(string name) => name is "partitionkey";

    /// <summary>Text of any characters that UTF-8 can hold.</summary>
    public static string? WholeCharacters(string value)
    {
        for (var i = 0; i < value.Length; i++)
        {
            if (char.IsSurrogate(value[i]) && (i + 1 == value.Length || !char.IsSurrogatePair(value[i], value[++i])))
            {
                return "it contains half of a surrogate pair";
            }
        }

        return null;
    }

    /// <summary>CloudEvents String: no control characters, no noncharacters, no half of a surrogate pair.</summary>
    public static string? Text(string value)
    {
        var rest = value.AsSpan();
        while (true)
        {
            var at = rest.IndexOfAny(s_suspect);
            if (at < 0)
            {
                return null;
            }

            var c = rest[at];
            if (!char.IsSurrogate(c))
            {
                return char.IsControl(c) ? "it contains a control character" : "it contains a noncharacter";
            }

            if (!char.IsHighSurrogate(c) || at + 1 == rest.Length || !char.IsLowSurrogate(rest[at + 1]))
            {
                return "it contains half of a surrogate pair";
            }

            if ((char.ConvertToUtf32(c, rest[at + 1]) & 0xFFFE) == 0xFFFE)
            {
                return "it contains a noncharacter";
            }

            rest = rest[(at + 2)..];
        }
    }

    public static string? Id(string value) => NotEmpty(value) ?? NotQuoted(value) ?? Text(value);

    public static string? Type(string value) => NotEmpty(value) ?? NotQuoted(value) ?? Text(value);

    public static string? Subject(string value) => NotEmpty(value) ?? Text(value);

    public static string? PartitionKey(string value) => NotEmpty(value) ?? Text(value);

    public static string? DataContentType(string value) => NotEmpty(value) ?? NotQuoted(value) ?? Text(value);

    public static string? OriginId(string value) =>
        NotEmpty(value) ?? (value.Length > MaxOriginIdLength ? "it has more than 255 characters" : Text(value));

    /// <summary>A non-empty URI-reference: the characters of RFC 3986, whole percent triplets, a scheme before the first colon.</summary>
    public static string? Source(string value)
    {
        if ((NotEmpty(value) ?? NotQuoted(value)) is { } problem)
        {
            return problem;
        }

        var uri = value.AsSpan();
        if (uri.ContainsAnyExcept(s_uri))
        {
            return "it is no URI-reference (a character that RFC 3986 does not allow must be percent-encoded)";
        }

        for (var at = uri.IndexOf('%'); at >= 0 && at < uri.Length;)
        {
            if (at + 2 >= uri.Length || !char.IsAsciiHexDigit(uri[at + 1]) || !char.IsAsciiHexDigit(uri[at + 2]))
            {
                return "it is no URI-reference (two hexadecimal digits must follow '%')";
            }

            var next = uri[(at + 3)..].IndexOf('%');
            at = next < 0 ? uri.Length : at + 3 + next;
        }

        var end = uri.IndexOfAny(":/?#");
        var hasScheme = end >= 0 && uri[end] == ':';
        if (hasScheme && (end == 0 || !char.IsAsciiLetter(uri[0]) || uri[..end].ContainsAnyExcept(s_scheme)))
        {
            return "it is no URI-reference (what stands before the first ':' is no scheme)";
        }

        var fragment = uri.IndexOf('#');
        if (fragment >= 0 && uri[(fragment + 1)..].Contains('#'))
        {
            return "it is no URI-reference (a second '#' must be percent-encoded)";
        }

        return uri.ContainsAny('[', ']') && !uri[(hasScheme ? end + 1 : 0)..].StartsWith("//")
            ? "it is no URI-reference (brackets are for the host only)"
            : null;
    }

    /// <summary>An absolute URI: a URI-reference with a scheme.</summary>
    public static string? DataSchema(string value)
    {
        if (Source(value) is { } problem)
        {
            return problem;
        }

        var end = value.AsSpan().IndexOfAny(":/?#");
        return end < 0 || value[end] != ':' ? "it is no absolute URI (it begins with no scheme)" : null;
    }

    public static string? Time(string value) => NotEmpty(value) ?? NotQuoted(value)
        ?? (Rfc3339.IsValid(value) ? null : "it is no RFC 3339 time such as 2026-01-31T23:59:59.123Z");

    /// <summary>Numbers of an origin: 0 to 9223372036854775807 in ASCII digits without sign, blanks or leading zeros. So one number has one spelling.</summary>
    public static bool TrySequence(ReadOnlySpan<byte> digits, out long number)
    {
        number = 0;
        if (digits.Length is 0 or > 19 || (digits[0] == '0' && digits.Length > 1))
        {
            return false;
        }

        ulong sum = 0;
        foreach (var digit in digits)
        {
            var value = (uint)(digit - '0');
            if (value > 9)
            {
                return false;
            }

            sum = (sum * 10) + value;
        }

        number = (long)sum;
        return sum <= long.MaxValue;
    }

    private static string? NotEmpty(string value) => value.Length == 0 ? "it is empty" : null;

    private static string? NotQuoted(string value) => value[0] == '"' ? "the value begins with a quote" : null;

    private static char[] Suspects()
    {
        var suspects = new List<char>();
        for (var c = 0; c <= char.MaxValue; c++)
        {
            if (c < 0x20 || c is >= 0x7F and <= 0x9F || c is >= 0xD800 and <= 0xDFFF || c is >= 0xFDD0 and <= 0xFDEF || c >= 0xFFFE)
            {
                suspects.Add((char)c);
            }
        }

        return [.. suspects];
    }
}
