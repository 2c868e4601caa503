namespace ActorEvents.Aectl.Parsing;

/// <summary>What may have been meant.</summary>
internal static class Nearest
{
    /// <summary>Null if nothing is near: more than a third of its letters differ.</summary>
    public static string? Of(string text, IEnumerable<string> choices) =>
        choices.Select(c => (Choice: c, Distance: Distance(text, c)))
            .Where(c => c.Distance <= Math.Max(1, c.Choice.Length / 3))
            .OrderBy(c => c.Distance)
            .Select(c => c.Choice)
            .FirstOrDefault();

    /// <summary>A hint: the nearest one, or the first ten.</summary>
    public static string Hint(string text, IReadOnlyCollection<string> choices, string prefix = "") =>
        Of(text, choices) is { } near ? $"Did you mean '{prefix}{near}'?" : $"There {(choices.Count == 1 ? "is" : "are")}: {string.Join(", ", choices.Take(10))}{(choices.Count > 10 ? ", …" : "")}.";

    /// <summary>Letters put in, left out or changed; two swapped ones count as one.</summary>
    private static int Distance(string a, string b)
    {
        var (before, previous, current) = (new int[b.Length + 1], Enumerable.Range(0, b.Length + 1).ToArray(), new int[b.Length + 1]);
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                current[j] = Math.Min(Math.Min(previous[j], current[j - 1]) + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            (before, previous, current) = (previous, current, before);
        }

        return previous[b.Length];
    }
}
