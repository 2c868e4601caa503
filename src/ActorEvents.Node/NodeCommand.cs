using ActorEvents.Journal.Schema;
using ActorEvents.Kafka.Embedded;
using ActorEvents.Node.Settings;

namespace ActorEvents.Node;

/// <summary>A node from its arguments to its exit code: what keeps it from starting is one line of text.</summary>
internal static class NodeCommand
{
    /// <param name="output">What was asked for.</param>
    /// <param name="error">Why it does not start.</param>
    /// <param name="stop">Stops it in order.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error, CancellationToken stop)
    {
        if (Usage.IsAsked(arguments))
        {
            Usage.Write(output);
            return ExitCodes.Ok;
        }

        try
        {
            return await NodeHost.RunAsync(arguments, stop);
        }
        catch (Exception e) when (e is SettingsException or JournalUnavailableException { Problem: JournalProblem.Setting })
        {
            error.WriteLine(e.Message);
            return ExitCodes.BadSetting;
        }
        catch (Exception e) when (e is JournalUnavailableException or EmbeddedBrokerException or IOException)
        {
            error.WriteLine(e.Message);
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCodes.Ok;
        }
    }
}
