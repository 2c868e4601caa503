using Microsoft.Extensions.Logging;

namespace ActorEvents.Web.Admin.Logs;

/// <summary>What the admin service logs.</summary>
internal static partial class Log
{
    [LoggerMessage(9000, LogLevel.Warning, "The admin service has no socket: {Problem}. The node runs without. Give a path that this user can write (admin.socket = PATH), or turn it off (admin.socket = off).")]
    public static partial void NoSocket(ILogger logger, string problem);

    [LoggerMessage(9001, LogLevel.Warning, "The admin service is not reached over TCP: {Problem}")]
    public static partial void NoTokens(ILogger logger, string problem);

    [LoggerMessage(9002, LogLevel.Warning, "The admin service cannot listen at {Host}:{Port}: {Problem} The node runs without. Give another port (admin.port, 0: any free one).")]
    public static partial void NoPort(ILogger logger, string host, int port, string problem);

    [LoggerMessage(9003, LogLevel.Warning, "Clients do not find this node by themselves: {Problem} Name its socket: {Socket}")]
    public static partial void NotAnnounced(ILogger logger, string problem, string socket);

    [LoggerMessage(9004, LogLevel.Warning, "The audit file {File} cannot be written: {Reason} It is kept in memory: {User} ran {Palette} {Command}, exit {Exit}.")]
    public static partial void AuditNotWritten(ILogger logger, string file, string reason, string user, string palette, string command, int exit);

    [LoggerMessage(9005, LogLevel.Error, "The command {Palette} {Command} failed ({Correlation}).")]
    public static partial void CommandFailed(ILogger logger, Exception cause, string palette, string command, string correlation);

    [LoggerMessage(9006, LogLevel.Information, "{User}: {Text}")]
    public static partial void Appended(ILogger logger, string user, string text);
}
