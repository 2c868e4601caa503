namespace ActorEvents.Web.Admin.Commands;

/// <summary>How a command ended: the client's exit code. Numbers follow sysexits where it has them.</summary>
public enum CommandExit
{
    Ok = 0,

    Failed = 1,

    /// <summary>Some of it was done, or some nodes did not answer.</summary>
    Partial = 3,

    /// <summary>It was answered, and the answer is no.</summary>
    Unhealthy = 10,

    /// <summary>The call is not as the command wants it.</summary>
    Usage = 64,

    /// <summary>The request or an address cannot be read.</summary>
    BadData = 65,

    NotFound = 66,

    /// <summary>A bug: the log says more under the correlation id.</summary>
    Internal = 70,

    /// <summary>Not as things stand now.</summary>
    Precondition = 73,

    /// <summary>Ask again.</summary>
    TimedOut = 75,

    /// <summary>The role does not suffice, or the node takes no writes.</summary>
    NotAllowed = 77,
}

/// <summary>A command cannot be run, or not be done.</summary>
/// <param name="message">What is wrong, with the value.</param>
/// <param name="field">The parameter that it is about; null: none.</param>
/// <param name="hint">What to do; null: the message says it.</param>
public sealed class CommandException(CommandExit exit, string message, string? field = null, string? hint = null) : Exception(message)
{
    public CommandExit Exit => exit;

    public string? Field { get; } = field;

    public string? Hint => hint;

    /// <summary>Another code than that of <see cref="Exit"/>, for a client that acts on it.</summary>
    internal string? OwnCode { get; init; }

    internal string Code => OwnCode ?? CodeOf(exit);

    internal static string CodeOf(CommandExit exit) => exit switch
    {
        CommandExit.Partial => "partial",
        CommandExit.Unhealthy => "unhealthy",
        CommandExit.Usage => "usage",
        CommandExit.BadData => "bad-data",
        CommandExit.NotFound => "not-found",
        CommandExit.Precondition => "precondition",
        CommandExit.TimedOut => "timeout",
        CommandExit.NotAllowed => "not-allowed",
        CommandExit.Internal => "internal",
        _ => "failed",
    };
}
