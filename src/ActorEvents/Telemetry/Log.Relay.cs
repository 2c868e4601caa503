using Microsoft.Extensions.Logging;

namespace ActorEvents.Telemetry;

internal static partial class Log
{
    [LoggerMessage(5000, LogLevel.Information, "The relay of journal {Journal} starts (epoch {Epoch}); {Destinations} destination(s) known, journal searched up to {Scanned}")]
    public static partial void RelayStarted(ILogger log, string journal, long epoch, int destinations, long scanned);

    [LoggerMessage(5001, LogLevel.Warning, "The relay failed and goes on in {PauseMs:0} ms at the first unacknowledged event: {Reason}")]
    public static partial void RelayFailed(ILogger log, double pauseMs, string reason);

    [LoggerMessage(5002, LogLevel.Warning, "The relay stops: {Reason}. If it is still the cluster's relay in {PauseMs:0} ms, it takes the lease again")]
    public static partial void RelayLeaseLost(ILogger log, string reason, double pauseMs);

    [LoggerMessage(5003, LogLevel.Warning, "Destination '{Destination}' failed {Failures} time(s) in a row and is tried again in {PauseMs:0} ms, the others go on: {Reason}")]
    public static partial void DestinationFailed(ILogger log, string destination, int failures, double pauseMs, string reason);

    [LoggerMessage(5004, LogLevel.Warning, "Destination '{Destination}' was re-created (topic id {TopicId}); published from journal ordering {Place} on (relay.recreated-topic = {Policy})")]
    public static partial void DestinationRecreated(ILogger log, string destination, string topicId, long place, string policy);

    [LoggerMessage(5005, LogLevel.Error, "Destination '{Destination}' stops, the others go on: {Reason}")]
    public static partial void DestinationStopped(ILogger log, string destination, string reason);

    [LoggerMessage(5006, LogLevel.Error, "{Count} event(s) were refused for good and are set aside in ae_dead_letters (streams relay/<topic>); the first, for '{Destination}', event '{EventId}': {Reason}")]
    public static partial void Refused(ILogger log, int count, string destination, string eventId, string reason);

    [LoggerMessage(5007, LogLevel.Error, "The relay stands still and looks again in {PauseMs:0} ms: {Reason}")]
    public static partial void RelayBlocked(ILogger log, double pauseMs, string reason);

    [LoggerMessage(5008, LogLevel.Information, "The journal holds rows of other software, which the relay passes by; the first is {Ordering} ({PersistenceId}): {Problem}")]
    public static partial void ForeignRow(ILogger log, long ordering, string persistenceId, string problem);

    [LoggerMessage(5009, LogLevel.Error, "Destination '{Destination}' {Reason}. The others go on")]
    public static partial void DestinationSilent(ILogger log, string destination, string reason);

    [LoggerMessage(5011, LogLevel.Warning, "Destination '{Destination}' was re-created (topic id {TopicId}); the new topic lacks what the first {Place} journal rows said to it, and gets what comes behind them (relay.recreated-topic = continue). To have all of it there, set replay before a topic is re-created")]
    public static partial void DestinationContinued(ILogger log, string destination, string topicId, long place);

    [LoggerMessage(5010, LogLevel.Warning, "Closing the relay's destination failed: {Reason}")]
    public static partial void RelayCloseFailed(ILogger log, string reason);
}
