namespace ActorEvents.Sources;

/// <summary>Sources that must not be on one node together.</summary>
internal static class SourceConflicts
{
    /// <summary>What is wrong, with names and cure; null: nothing.</summary>
    public static string? Problem(IEnumerable<IEventSource> sources)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var readers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            if (!names.Add(source.Name))
            {
                return $"Two sources are called '{source.Name}': positions stand under a source's name. Give one another name.";
            }

            foreach (var read in source.Reads)
            {
                if (!readers.TryAdd(read, source.Name))
                {
                    return Twice(readers[read], source.Name, read);
                }
            }
        }

        return null;
    }

    /// <summary>What is said of two sources that read the same.</summary>
    public static string Twice(string first, string second, string read) =>
        $"Sources '{first}' and '{second}' both read {read}: each of its events would be handled and counted twice, whatever their groups. Take it out of one of them.";
}
