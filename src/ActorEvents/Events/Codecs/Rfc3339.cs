namespace ActorEvents.Events.Codecs;

/// <summary>
/// The grammar and ranges of RFC 3339 <c>date-time</c>, on the text: nothing is converted, so fractions of any length, offsets up to 23:59, year 0000 and
/// leap seconds pass as they are. <c>t</c> and <c>z</c> may be lower case (section 5.6); a blank instead of <c>T</c> is refused.
/// </summary>
internal static class Rfc3339
{
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length < 20
            || !Number(text[..4], out var year) || text[4] != '-'
            || !Number(text[5..7], out var month) || text[7] != '-'
            || !Number(text[8..10], out var day) || (text[10] | 0x20) != 't'
            || !Number(text[11..13], out var hour) || text[13] != ':'
            || !Number(text[14..16], out var minute) || text[16] != ':'
            || !Number(text[17..19], out var second))
        {
            return false;
        }

        if (month is < 1 or > 12 || day < 1 || day > Days(year, month) || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        var rest = text[19..];
        if (rest[0] == '.')
        {
            // Not IndexOfAnyExceptInRange: until the runtime has compiled that a second time, it puts four boxed characters on the heap.
            var end = 1;
            while (end < rest.Length && char.IsAsciiDigit(rest[end]))
            {
                end++;
            }

            if (end is 1 || end == rest.Length)
            {
                return false;
            }

            rest = rest[end..];
        }

        return rest.Length switch
        {
            1 => (rest[0] | 0x20) == 'z',
            6 => rest[0] is '+' or '-' && Number(rest[1..3], out var hours) && hours <= 23
                && rest[3] == ':' && Number(rest[4..], out var minutes) && minutes <= 59,
            _ => false,
        };
    }

    private static int Days(int year, int month) => month switch
    {
        2 => (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    private static bool Number(ReadOnlySpan<char> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            number = (number * 10) + (digit - '0');
        }

        return true;
    }
}
