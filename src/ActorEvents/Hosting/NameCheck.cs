using ActorEvents.Handlers;
using ActorEvents.Journal;
using ActorEvents.Journal.Stores;
using ActorEvents.Sources;

namespace ActorEvents.Hosting;

/// <summary>
/// Finds what was renamed: a handler under a new name begins with empty entities, a source at its first event. A start where a name is new while what stands in the journal under
/// another one has nobody to go on with it is refused. A handler or source that is only gone (an older version, a node with fewer parts) is not.
/// </summary>
internal static class NameCheck
{
    /// <exception cref="RenamedException">Names both, and what to do.</exception>
    public static async Task CheckAsync(
        JournalDatabase journal, IReadOnlyList<HandlerDefinition> handlers, IReadOnlyList<IEventSource> sources, IReadOnlyList<string> forgotten, CancellationToken cancellationToken)
    {
        string[] ours = [.. handlers.Where(h => h.Durability == Durability.Journal).Select(h => h.StoredName)];
        string[] read = [.. sources.Select(s => s.Name)];
        var known = await journal.Names.ReadAsync(cancellationToken);
        if (await FindAsync(ours, known.Handlers, forgotten, journal.Names.HasEntitiesAsync, cancellationToken) is { } handler)
        {
            throw new RenamedException(
                $"The journal has no entities of handler {handler.New}, but some of {handler.Missing}, which this node does not have. If it was renamed, register it with "
                + $".FormerName(\"{handler.First}\"), and it goes on with them. If it is gone for good, say so: events.forgotten = [\"{handler.First}\"] (Options.Events.Forgotten).");
        }

        if (await FindAsync(read, known.Sources, forgotten, journal.Names.HasPositionsAsync, cancellationToken) is { } source)
        {
            throw new RenamedException(
                $"The journal has no positions of source {source.New}, but some of {source.Missing}, which this node does not have. If it was renamed, give it its former name "
                + $"'{source.First}' back: under another one it reads all from the beginning. If it is gone for good, say so: events.forgotten = [\"{source.First}\"] (Options.Events.Forgotten).");
        }

        string[] handlersNow = [.. known.Handlers.Union(ours, StringComparer.Ordinal)];
        string[] sourcesNow = [.. known.Sources.Union(read, StringComparer.Ordinal)];
        if (!known.Noted || handlersNow.Length > known.Handlers.Count || sourcesNow.Length > known.Sources.Count)
        {
            // Not waited for: a journal that takes no writes now is readiness's affair.
            _ = journal.Names.NoteAsync(new StoredNames(handlersNow, sourcesNow, Noted: true), CancellationToken.None);
        }
    }

    private static async Task<(string New, string Missing, string First)?> FindAsync(
        string[] ours, IReadOnlyList<string> known, IReadOnlyList<string> forgotten, Func<string, CancellationToken, Task<bool>> stands, CancellationToken cancellationToken)
    {
        string[] added = [.. ours.Except(known, StringComparer.Ordinal)];
        if (added.Length == 0)
        {
            return null;
        }

        var missing = new List<string>();
        foreach (var name in known.Except(ours, StringComparer.Ordinal).Except(forgotten, StringComparer.Ordinal))
        {
            if (await stands(name, cancellationToken))
            {
                missing.Add(name);
            }
        }

        return missing.Count == 0 ? null : (Quoted(added), Quoted(missing), missing[0]);
    }

    private static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(n => $"'{n}'"));
}

/// <summary>Something of this journal's seems to have another name now.</summary>
internal sealed class RenamedException(string message) : Exception(message);
