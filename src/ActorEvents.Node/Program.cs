using ActorEvents.Kafka.Embedded;
using ActorEvents.Node;

StandardDescriptors.Ensure();
StandardError.Use();
if (args is ["broker", .. var rest] && !Usage.IsAsked(rest))
{
    // Its signals are its own: as a node's child it must outlive those that a terminal sends to both.
    return await EmbeddedBrokerCommand.RunAsync(rest, CancellationToken.None);
}

using var signals = new StopSignals();
return await NodeCommand.RunAsync(args, Console.Out, Console.Error, signals.Stop);
