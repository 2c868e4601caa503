using ActorEvents.Journal.Schema;
using ActorEvents.Kafka.Embedded;
using ActorEvents.Node;
using ActorEvents.Node.Settings;

if (Usage.IsAsked(args))
{
    Usage.Write(Console.Out);
    return ExitCodes.Ok;
}

if (args is ["broker", .. var rest])
{
    // Its signals are its own: as a node's child it must outlive those that a terminal sends to both.
    return await EmbeddedBrokerCommand.RunAsync(rest, CancellationToken.None);
}

using var signals = new StopSignals();
try
{
    return await NodeHost.RunAsync(args, signals.Stop);
}
catch (Exception e) when (e is SettingsException or JournalUnavailableException { Problem: JournalProblem.Setting })
{
    Console.Error.WriteLine(e.Message);
    return ExitCodes.BadSetting;
}
catch (Exception e) when (e is JournalUnavailableException or EmbeddedBrokerException or IOException)
{
    Console.Error.WriteLine(e.Message);
    return ExitCodes.Failed;
}
catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
{
    return ExitCodes.Ok;
}
