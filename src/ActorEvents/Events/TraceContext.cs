namespace ActorEvents.Events;

/// <summary>
/// Where in a trace an event was said: <c>traceparent</c> and <c>tracestate</c> of W3C Trace Context, which are the attributes of CloudEvents' extension for distributed
/// tracing too. A text that is no <c>traceparent</c> is nobody's context.
/// </summary>
internal sealed record TraceContext(string Parent, string? State)
{
    public const string ParentName = "traceparent";

    public const string StateName = "tracestate";

    /// <summary>Longest <c>tracestate</c> that is taken from a header, in characters: what W3C asks everybody to carry.</summary>
    public const int MaxState = 512;

    /// <summary><c>00-</c>, 32 digits, <c>-</c>, 16 digits, <c>-</c>, 2 digits.</summary>
    public const int ParentLength = 55;

    /// <summary>The context that an event carries, or null.</summary>
    public static TraceContext? Of(EventEnvelope envelope) =>
        envelope.Extension(ParentName) is { } parent && IsParent(parent) ? new TraceContext(parent, envelope.Extension(StateName)) : null;

    public bool IsOfSameTrace(TraceContext other) => Parent.AsSpan(3, 32).SequenceEqual(other.Parent.AsSpan(3, 32));

    /// <summary>Extensions with this context in the place of the one that stands there.</summary>
    public KeyValuePair<string, string>[] In(IReadOnlyList<KeyValuePair<string, string>> extensions)
    {
        var all = new List<KeyValuePair<string, string>>(extensions.Count + 2);
        for (var i = 0; i < extensions.Count; i++)
        {
            if (extensions[i].Key is not ParentName and not StateName)
            {
                all.Add(extensions[i]);
            }
        }

        all.Add(new(ParentName, Parent));
        if (State is not null)
        {
            all.Add(new(StateName, State));
        }

        return [.. all];
    }

    /// <summary>Whether a text is a <c>traceparent</c> as W3C Trace Context has it: lower-case hexadecimal digits, no id of zeros, not version ff.</summary>
    public static bool IsParent(ReadOnlySpan<char> text) => text.Length == ParentLength
        && text[2] == '-' && text[35] == '-' && text[52] == '-'
        && IsHex(text[..2]) && !text.StartsWith("ff")
        && IsHex(text[3..35]) && text[3..35].ContainsAnyExcept('0')
        && IsHex(text[36..52]) && text[36..52].ContainsAnyExcept('0')
        && IsHex(text[53..]);

    private static bool IsHex(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigitLower(c))
            {
                return false;
            }
        }

        return true;
    }
}
