namespace ActorEvents.Journal.Schema;

/// <summary>Why a journal cannot be opened.</summary>
public enum JournalProblem
{
    /// <summary>A setting is missing or malformed.</summary>
    Setting,

    /// <summary>No server answers at the address, or the file's folder is not there and cannot be made.</summary>
    Unreachable,

    /// <summary>User, password or rights.</summary>
    Denied,

    /// <summary>The file is damaged or is not a database.</summary>
    Corrupt,

    /// <summary>A table is there but is not as it must be, e.g. without its unique index.</summary>
    Refused,

    /// <summary>A newer version of ActorEvents made it.</summary>
    Newer,

    /// <summary>Anything else that the database said.</summary>
    Failed,
}

/// <summary>The journal cannot be opened. The message names file or server, user and setting, and what to do; never a password.</summary>
public sealed class JournalUnavailableException(JournalProblem problem, string message, Exception? inner = null) : Exception(message, inner)
{
    public JournalProblem Problem { get; } = problem;
}
