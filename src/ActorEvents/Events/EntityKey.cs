namespace ActorEvents.Events;

/// <summary>The key of an entity: text taken as it stands and compared ordinally; nothing is trimmed, folded or normalised. It may be empty.</summary>
internal readonly record struct EntityKey(string Value)
{
    public bool Equals(EntityKey other) => string.Equals(Value, other.Value, StringComparison.Ordinal);

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;

    /// <summary>
    /// Why a text cannot be a key, or null if it can. Two texts that a database cannot tell apart would be one entity: half of a surrogate pair has
    /// no UTF-8 form (it would become U+FFFD), and PostgreSQL's text takes no U+0000.
    /// </summary>
    public static string? Flaw(string text)
    {
        var span = text.AsSpan();
        if (span.Contains('\0'))
        {
            return "holds the character U+0000, which databases do not store";
        }

        var at = span.IndexOfAnyInRange('\uD800', '\uDFFF');
        while (at >= 0 && at < span.Length)
        {
            if (char.IsSurrogate(span[at]))
            {
                if (at + 1 == span.Length || !char.IsSurrogatePair(span[at], span[at + 1]))
                {
                    return "holds half of a surrogate pair, which has no UTF-8 form; was a text cut within a character?";
                }

                at++;
            }

            at++;
        }

        return null;
    }
}
