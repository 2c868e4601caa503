using ActorEvents.Hosting.Settings;
using ActorEvents.Journal;
using ActorEvents.Kafka.Embedded;
using ActorEvents.Node;

using var signals = new StopSignals();
try
{
    return args is ["broker", .. var rest]
        ? await EmbeddedBrokerCommand.RunAsync(rest, signals.Stop)
        : await NodeHost.RunAsync(args, signals.Stop);
}
catch (SettingsException e)
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
