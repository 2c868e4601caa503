using System.Net.Sockets;
using System.Reflection;
using ActorEvents.Node.Settings;
using Akka.Actor;

namespace ActorEvents.Node;

/// <summary>Makes the actor system before the host starts, so that what keeps it from starting is one line, and not its stack in the log and the end of the process.</summary>
internal static class ActorSystemStart
{
    /// <exception cref="IOException">It cannot listen: a port that was free a moment ago.</exception>
    /// <exception cref="SettingsException">What stands below <c>akka</c> in the configuration file is not as Akka wants it.</exception>
    public static void Make(IServiceProvider services)
    {
        try
        {
            _ = services.GetRequiredService<ActorSystem>();
        }
        catch (Exception e)
        {
            var cause = e;
            while (cause is AggregateException or TargetInvocationException && cause.InnerException is { } inner)
            {
                cause = inner;
            }

            var why = $"The actor system does not start: {cause.Message.TrimEnd('.')}{(cause.InnerException is { } because ? $" ({because.Message.TrimEnd('.')})" : "")}.";
            throw cause.InnerException is SocketException
                ? new IOException($"{why} Give another port or address (cluster.port, cluster.hostname).", e)
                : new SettingsException($"{why} Correct what stands below 'akka' in the configuration file.");
        }
    }
}
