using System.Globalization;
using ActorEvents.Aectl.Parsing;
using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Local;

/// <summary>Every exit code and every code of an error, with what to do next.</summary>
internal static class ErrorCatalogue
{
    public static readonly IReadOnlyList<(int Exit, string Code, string Meaning, string Next)> Entries =
    [
        (0, "ok", "The command did what it says.", "Nothing."),
        (1, "failed", "The command failed at the node.", "Read the message; the node's log has more."),
        (1, "not-confirmed", "You answered no.", "Nothing was done."),
        (3, "partial", "Some nodes, shards or ids did not answer or were refused; rows of the others are there.", "Read the warnings, and ask again for those that are missing."),
        (10, "unhealthy", "What was asked for is known, and it is not well, or the condition is not met.", "Read the rows: they say what is wrong."),
        (64, "usage", "The command line is not right; nothing was sent or done.", "help PALETTE COMMAND shows the form."),
        (64, "confirmation-needed", "The command destroys something and was not confirmed.", "Look with --dry-run, then give --yes."),
        (65, "bad-data", "An address, an id or JSON has not the form it must have.", "Correct it; the message names it."),
        (66, "not-found", "What was named does not exist.", "Choose one of those that the hint lists."),
        (69, "unreachable", "No admin service answers there, or another version of it.", "aectl nodes lists the nodes here; --host, --socket or --context says which."),
        (69, "output-incomplete", "The connection ended before the command did: rows are missing.", "Look whether the node runs, then ask again."),
        (70, "internal", "A bug in the node; its log has the correlation id.", "Report it with that part of the log."),
        (73, "precondition", "The present state does not allow it.", "Read the state in the message; change it first, or confirm with --typed SYSTEM where it says so."),
        (75, "timeout", "It took too long; it may have been done.", "Look, then try again with a longer --timeout."),
        (75, "too-many-sessions", "The node serves as many consoles as it may.", "Close one, or try again."),
        (77, "not-allowed", "The token is missing, wrong, or of a role that may not do this.", "Give one of the role that the message names, in AECTL_TOKEN or with --token-file FILE."),
        (78, "bad-configuration", "A file or variable of aectl on this machine is not right.", "The message names it."),
        (130, "interrupted", "Ctrl+C.", "Nothing."),
    ];

    /// <exception cref="ConsoleFailure">There is no such code (66).</exception>
    public static IEnumerable<object?[]> Rows(string? code)
    {
        var found = Entries.Where(e => code is null || e.Code == code || e.Exit.ToString(CultureInfo.InvariantCulture) == code).ToList();
        return found.Count > 0
            ? found.Select(e => new object?[] { e.Exit, e.Code, e.Meaning, e.Next })
            : throw new ConsoleFailure(ExitCodes.NotFound, "not-found", $"There is no code '{code}'.", Nearest.Hint(code!, [.. Entries.Select(e => e.Code)]), "code");
    }
}
