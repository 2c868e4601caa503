namespace ActorEvents.Aectl.Protocol;

/// <summary>Ends a command: what the user is told and the exit code.</summary>
internal sealed class ConsoleFailure(int exit, string code, string message, string? hint = null, string? field = null, string? correlationId = null, Exception? inner = null) : Exception(message, inner)
{
    public int Exit => exit;

    public string Code => code;

    public string? Hint => hint;

    public string? Field => @field;

    public string? CorrelationId => correlationId;

    public static ConsoleFailure Usage(string message, string? hint = null, string? field = null) => new(ExitCodes.Usage, "usage", message, hint, field);

    public static ConsoleFailure Unreachable(string message, string hint, Exception? inner = null) => new(ExitCodes.Unavailable, "unreachable", message, hint, inner: inner);
}
