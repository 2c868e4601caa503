using Microsoft.Extensions.Logging;

namespace ActorEvents.Telemetry;

internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Warning, "Handler '{Handler}': {Count} delivery(ies) not answered in time are sent again; {Overdue} key(s) are overdue")]
    public static partial void Resending(ILogger log, string handler, int count, int overdue);

    [LoggerMessage(2001, LogLevel.Error, "The key selector of handler '{Handler}' failed at {Stream} {Position} (event '{EventId}', type '{Type}'); this handler reads nothing behind it until it succeeds, tried again in {PauseMs:0} ms: {Reason}")]
    public static partial void KeySelectorFailed(ILogger log, string handler, string stream, long position, string eventId, string type, double pauseMs, string reason);

    [LoggerMessage(2002, LogLevel.Error, "Handler '{Handler}' got events of a session that it did not open ({Session}); all sources of this node start again")]
    public static partial void UnknownSession(ILogger log, string handler, string session);

    [LoggerMessage(2003, LogLevel.Information, "Handler '{Handler}' {What} on this node")]
    public static partial void HandlerPaused(ILogger log, string handler, string what);

    [LoggerMessage(3000, LogLevel.Error, "Append {SequenceNr} of {PersistenceId} failed; the entity stops and reads what is true: {Reason}")]
    public static partial void AppendFailed(ILogger log, string persistenceId, long sequenceNr, string reason);

    [LoggerMessage(3001, LogLevel.Warning, "Snapshot of {PersistenceId} was not saved (the journal has everything): {Reason}")]
    public static partial void SnapshotFailed(ILogger log, string persistenceId, string reason);

    [LoggerMessage(3005, LogLevel.Information, "{PersistenceId} is rebuilt from its events: the state's type of handler '{Handler}' has another shape than when its snapshot was written. Once for each entity, at its next waking; said when they have doubled, or once a minute")]
    public static partial void Rebuilds(ILogger log, string persistenceId, string handler);

    [LoggerMessage(3002, LogLevel.Error, "Handler '{Handler}', key '{Key}' does not go on: {Reason}. What is behind it in its stream waits, and it is tried again; other keys flow")]
    public static partial void KeyBlocked(ILogger log, string handler, string key, string reason);

    [LoggerMessage(3003, LogLevel.Error, "Handler '{Handler}' threw at an event of type '{Type}' ('{EventId}'); the next ones of this kind are said when they have doubled, or once a minute")]
    public static partial void HandlerThrew(ILogger log, Exception cause, string handler, string type, string eventId);

    [LoggerMessage(3004, LogLevel.Warning, "Handler '{Handler}', key '{Key}' rejected event '{EventId}' at {Stream} {Position}: {Reason}. It stands in the journal and changes nothing; the next ones of this reason are said when they have doubled, or once a minute")]
    public static partial void Rejected(ILogger log, string handler, string key, string eventId, string stream, long position, string reason);
}
