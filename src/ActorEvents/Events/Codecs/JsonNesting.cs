using System.Buffers;

namespace ActorEvents.Events.Codecs;

/// <summary>
/// How deep JSON is nested, without parsing it: brackets outside strings are counted. One function for all modes, so that the same data gets the same
/// verdict in each. Not recursive. On bytes that are no JSON it still ends and answers something; the verdict on those is the reader's.
/// </summary>
internal static class JsonNesting
{
    /// <summary>Deepest nesting of JSON data, in arrays and objects; what <see cref="EventEnvelope.Payload{T}"/> can read.</summary>
    public const int MaxDepth = 64;

    private static readonly SearchValues<byte> s_structure = SearchValues.Create("{[]}\""u8);
    private static readonly SearchValues<byte> s_inString = SearchValues.Create("\"\\"u8);

    public static bool IsTooDeep(ReadOnlySpan<byte> json)
    {
        // Every level takes a byte.
        if (json.Length <= MaxDepth)
        {
            return false;
        }

        var depth = 0;
        while (true)
        {
            var at = json.IndexOfAny(s_structure);
            if (at < 0)
            {
                return false;
            }

            var token = json[at];
            json = json[(at + 1)..];
            switch (token)
            {
                case (byte)'"':
                    json = BehindString(json);
                    break;
                case (byte)'{' or (byte)'[':
                    if (++depth > MaxDepth)
                    {
                        return true;
                    }

                    break;
                default:
                    depth = Math.Max(0, depth - 1);
                    break;
            }
        }
    }

    private static ReadOnlySpan<byte> BehindString(ReadOnlySpan<byte> json)
    {
        while (true)
        {
            var at = json.IndexOfAny(s_inString);
            if (at < 0)
            {
                return [];
            }

            if (json[at] == '"')
            {
                return json[(at + 1)..];
            }

            json = at + 2 <= json.Length ? json[(at + 2)..] : [];
        }
    }
}
