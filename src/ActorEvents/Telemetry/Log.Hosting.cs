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

    [LoggerMessage(6005, LogLevel.Warning, "Stands still for {Time}: {What}")]
    public static partial void StandsStill(ILogger log, string time, string what);

    [LoggerMessage(6007, LogLevel.Information, "Goes on again after {Time}: {Part}")]
    public static partial void GoesOn(ILogger log, string part, string time);

    [LoggerMessage(6004, LogLevel.Warning, "Sources {What} the relay: it is {Rows} journal rows further behind than it was (relay.max-behind)")]
    public static partial void SourcesHeld(ILogger log, string what, long rows);

    [LoggerMessage(6020, LogLevel.Warning, "{Stream} is held from position {Position} on: its event of type '{Type}' is for {Handlers}. Nothing of it is lost")]
    public static partial void HandlerMissed(ILogger log, string stream, long position, string type, string handlers);

    [LoggerMessage(6021, LogLevel.Warning, "Other nodes of the cluster have what this one lacks: {Handlers}. Events for them wait here, uncommitted, until a node that has it reads their partition")]
    public static partial void HandlersDiffer(ILogger log, string handlers);

    [LoggerMessage(6022, LogLevel.Warning, "{Node} has not said within {Seconds:0} s that it holds back what it has no handler for ({Handlers}); this node starts all the same")]
    public static partial void NotHeldBack(ILogger log, string node, double seconds, string handlers);

    [LoggerMessage(6023, LogLevel.Debug, "The journal's record of the cluster was not read or written: {Reason}")]
    public static partial void ClusterRecordFailed(ILogger log, string reason);

    [LoggerMessage(6024, LogLevel.Warning, "Still {Waits}")]
    public static partial void StillJoining(ILogger log, string waits);

    [LoggerMessage(6025, LogLevel.Warning, "All {Threads} threads of the pool are taken by work that waits instead of computing: a Handle, an Apply, a key selector, or the host's own code sleeps or calls something. "
        + "The pool may have {Most} now, so that other keys and health go on; have that code not wait")]
    public static partial void ThreadsBlocked(ILogger log, int threads, int most);

    [LoggerMessage(6026, LogLevel.Warning, "Node {Node} gives no sign of life. If it stays so for 2 s it is taken out of the cluster, and the others go on with its keys, partitions, relay and files")]
    public static partial void NodeSilent(ILogger log, string node);

    [LoggerMessage(6027, LogLevel.Information, "Node {Node} gives signs of life again")]
    public static partial void NodeHeardAgain(ILogger log, string node);

    [LoggerMessage(6028, LogLevel.Warning, "Node {Node} was taken out of the cluster; the others go on with what it did. If its process lives it was asleep or cut off, and ends when it notices; start it again")]
    public static partial void NodeTakenOut(ILogger log, string node);

    [LoggerMessage(6029, LogLevel.Information, "Node {Node} is in the cluster")]
    public static partial void NodeJoined(ILogger log, string node);

    [LoggerMessage(6030, LogLevel.Information, "Node {Node} has left the cluster")]
    public static partial void NodeLeft(ILogger log, string node);
}
