using Microsoft.Extensions.Logging;

namespace ActorEvents.Telemetry;

internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Error, "{Member} failed: {Reason}")]
    public static partial void GroupMemberFailed(ILogger log, string member, string reason);

    [LoggerMessage(6001, LogLevel.Warning, "Source '{Source}' stopped and starts again in {PauseMs:0} ms from its committed positions")]
    public static partial void SourceRestarts(ILogger log, string source, double pauseMs);
}
