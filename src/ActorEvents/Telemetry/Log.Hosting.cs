using Microsoft.Extensions.Logging;

namespace ActorEvents.Telemetry;

internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Error, "{Member} failed: {Reason}")]
    public static partial void GroupMemberFailed(ILogger log, Exception? exception, string member, string reason);

    [LoggerMessage(6001, LogLevel.Warning, "Source '{Source}' stopped and starts again in {PauseMs:0} ms from its committed positions")]
    public static partial void SourceRestarts(ILogger log, string source, double pauseMs);

    [LoggerMessage(6002, LogLevel.Critical, "The node cannot go on and stops: {Reason}")]
    public static partial void NodeFailed(ILogger log, string reason);

    [LoggerMessage(6003, LogLevel.Warning, "{Step} gave no answer within {Seconds:0} s; the stop goes on without it, nothing acknowledged is lost")]
    public static partial void StepTimedOut(ILogger log, string step, double seconds);

    [LoggerMessage(6005, LogLevel.Warning, "Stands still for {Minutes:0} min: {What}")]
    public static partial void StandsStill(ILogger log, double minutes, string what);

    [LoggerMessage(6004, LogLevel.Warning, "Sources {What} the relay: it is {Rows} journal rows further behind than it was (relay.max-behind)")]
    public static partial void SourcesHeld(ILogger log, string what, long rows);
}
