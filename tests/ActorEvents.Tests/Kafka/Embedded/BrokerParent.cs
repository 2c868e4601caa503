using System.Diagnostics;
using ActorEvents.Kafka.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Tests.Kafka.Embedded;

/// <summary>How tests start the processes of <c>Program.cs</c>.</summary>
internal static class BrokerParent
{
    /// <summary>A node as far as its broker is concerned: starts it as a child, says the child's process id and address, and stays until it is killed.</summary>
    public static async Task<int> RunAsync()
    {
        await using var broker = await EmbeddedBrokerProcess.StartAsync(
            Start(["broker", .. new EmbeddedBrokerOptions { Port = 0 }.ToArguments(child: true)]), NullLogger.Instance, TimeProvider.System, CancellationToken.None);
        await Console.Out.WriteLineAsync($"{broker.ProcessId} {broker.BootstrapServers}");
        return await broker.Exited;
    }

    /// <summary>This assembly as a process, with these arguments.</summary>
    public static ProcessStartInfo Start(IEnumerable<string> arguments)
    {
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
        return new ProcessStartInfo(host, [typeof(BrokerParent).Assembly.Location, .. arguments]);
    }
}
