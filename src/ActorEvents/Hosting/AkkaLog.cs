using ActorEvents.Retries;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Dispatch;
using Akka.Event;
using Microsoft.Extensions.Logging;
using AkkaLevel = Akka.Event.LogLevel;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace ActorEvents.Hosting;

/// <summary>
/// Akka's log in the host's, under the name of the class that speaks. What it says of connections and shards at every start, stop and kill is at level Debug: the cluster goes on by itself, and
/// says what became of a node. What comes over a connection and is none of Akka's (a probe at the cluster's port, a seed node that is no node) is one line, without a stack, again with back-off.
/// </summary>
internal sealed class AkkaLog : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private static readonly string[] s_passing =
    [
        "Tried to associate with unreachable remote address",
        "No response from remote for outbound association",
        "buffered messages to shard",
        "Requested shard homes",
        "Trying to register to coordinator",
        "No coordinator found to register",
        "Couldn't join seed nodes",
        "heartbeat interval is growing too large",
        "is irrecoverably failed",
        "was unable to update a distributed state within",
        "was unable to get an initial state within",

        // Said by MemberLog, in fewer words.
        "Marking node(s) as UNREACHABLE",
        "Marking node(s) as REACHABLE",
        "SBR took decision Akka.Cluster.SBR.DownUnreachable",

        // Said by the end of the start itself.
        "Failed to bind to",
        "Remoting error: [Startup failed]",
        "Remoting system has been terminated abruptly",
    ];

    private readonly Dictionary<Type, ILogger> _loggers = [];

    public AkkaLog()
    {
        var setup = Context.System.Settings.Setup.Get<AkkaLogSetup>().Value;
        var connections = new RepeatedErrors(setup.Time);
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(e =>
        {
            if (!_loggers.TryGetValue(e.LogClass, out var logger))
            {
                _loggers.Add(e.LogClass, logger = setup.Logging.CreateLogger(NameOf(e.LogClass)));
            }

            var text = e.Message.ToString() ?? "";
            if (OfConnection(e) is { } cause)
            {
                logger.Log(connections.IsWorthSaying(cause) ? Level.Warning : Level.Debug, default, (e.LogSource, Text: $"{text}: {e.Cause.Message}"), null, Said);
            }
            else
            {
                logger.Log(LevelOf(e, text), default, (e.LogSource, Text: text), e.Cause, Said);
            }
        });

        static string Said((string LogSource, string Text) said, Exception? cause) => $"{said.Text} ({said.LogSource})";
    }

    /// <summary>What makes two errors of connections the same; null: it is none.</summary>
    internal static string? OfConnection(LogEvent e) =>
        e.Cause is { } cause && e.LogClass.Namespace == "Akka.Remote.Transport.DotNetty" && e.LogClass.Name.EndsWith("Handler", StringComparison.Ordinal) ? $"{e.LogClass.Name}/{cause.GetType().Name}" : null;

    /// <summary>Who speaks under a text of its own has no class.</summary>
    private static string NameOf(Type speaker) => speaker == typeof(DummyClassForStringSources) ? "Akka" : speaker.FullName ?? speaker.Name;

    internal static Level LevelOf(LogEvent e, string text) => e.LogLevel() switch
    {
        _ when e.LogSource.Contains("/system/endpointManager", StringComparison.Ordinal) || s_passing.Any(p => text.Contains(p, StringComparison.Ordinal)) => Level.Debug,
        AkkaLevel.ErrorLevel => Level.Error,
        AkkaLevel.WarningLevel => Level.Warning,
        AkkaLevel.InfoLevel => Level.Information,
        _ => Level.Debug,
    };
}

/// <summary>Where <see cref="AkkaLog"/> writes.</summary>
internal sealed class AkkaLogSetup(ILoggerFactory logging, TimeProvider time) : Setup
{
    public ILoggerFactory Logging => logging;

    public TimeProvider Time => time;
}

/// <summary>What Akka says while <see cref="AkkaLog"/> does not stand yet or no longer: warnings and errors, on standard error. Its own logger says all that is left, on standard output.</summary>
internal sealed class AkkaLastLog : MinimalLogger
{
    protected override void Log(object message)
    {
        if (message is LogEvent e && e.LogLevel() >= AkkaLevel.WarningLevel)
        {
            Console.Error.WriteLine(e);
        }
    }
}
