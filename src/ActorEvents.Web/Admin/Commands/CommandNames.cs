using System.Text.RegularExpressions;

namespace ActorEvents.Web.Admin.Commands;

/// <summary>The form of names, and what a wrong one may have been meant for.</summary>
internal static partial class CommandNames
{
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    public static void Check(string name, string what)
    {
        if (!Form().IsMatch(name))
        {
            throw new ArgumentException($"'{name}' is no name of a {what}: 1 to 32 characters of a–z, 0–9 and '-', the first a letter.", nameof(name));
        }
    }

    /// <summary>The known name that is most like a wrong one, or null if none is.</summary>
    public static string? Nearest(string wrong, IEnumerable<string> known) => known
        .Select(k => (Name: k, Distance: k.StartsWith(wrong, StringComparison.OrdinalIgnoreCase) && wrong.Length > 1 ? 1 : Distance(k, wrong)))
        .Where(k => k.Distance <= Allowed(Math.Max(k.Name.Length, wrong.Length)))
        .OrderBy(k => k.Distance).ThenBy(k => k.Name, StringComparer.Ordinal).Select(k => k.Name).FirstOrDefault();

    /// <summary>For a hint: the nearest ones first, at most ten.</summary>
    public static string Some(string wrong, IEnumerable<string> known)
    {
        var all = known.Distinct(StringComparer.Ordinal).OrderBy(k => Distance(k, wrong)).ThenBy(k => k, StringComparer.Ordinal).ToList();
        return all.Count == 0 ? "there is none" : $"there are: {string.Join(", ", all.Take(10))}{(all.Count > 10 ? $" and {all.Count - 10} more" : "")}";
    }

    /// <summary>Two letters that changed places are two.</summary>
    private static int Allowed(int length) => length < 4 ? 1 : Math.Max(2, length / 3);

    /// <summary>Letters to change, add or leave out to come from one name to the other; upper and lower case are the same.</summary>
    public static int Distance(string a, string b)
    {
        if (b.Length > 200)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j - 1], above) + 1, diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,31}$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
