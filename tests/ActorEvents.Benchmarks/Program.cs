using ActorEvents.Benchmarks;
using ActorEvents.Kafka.Embedded;

if (args is ["broker", .. var rest])
{
    return await EmbeddedBrokerCommand.RunAsync(rest, CancellationToken.None);
}

var arguments = BenchmarkCommands.All().Parse(args);
try
{
    var exitCode = await arguments.InvokeAsync(new() { EnableDefaultExceptionHandler = false });
    return arguments.Errors.Count > 0 ? 2 : exitCode;
}
catch (BenchmarkFailedException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
