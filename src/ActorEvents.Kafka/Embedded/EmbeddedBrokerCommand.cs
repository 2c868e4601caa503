using System.Runtime.InteropServices;

namespace ActorEvents.Kafka.Embedded;

/// <summary>The embedded broker as a process of its own: what the host's <c>broker</c> verb runs.</summary>
internal static class EmbeddedBrokerCommand
{
    /// <summary>The line on standard output that says that clients may connect begins with this, and the bootstrap servers follow.</summary>
    public const string ReadyPrefix = "ready ";

    /// <summary>Runs with <c>--port N --brokers N --topic NAME=PARTITIONS ... --child</c>.</summary>
    /// <returns>Exit code: 0 ended as asked, 1 could not start, 2 wrong arguments. What is wrong stands on standard error.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        try
        {
            var options = EmbeddedBrokerOptions.Parse(arguments, out var child);
            return child ? await RunChildAsync(options, cancellation) : await RunAsync(options, cancellation);
        }
        catch (EmbeddedBrokerException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }

    /// <summary>
    /// Stand-alone: prints its limits on standard error and one line <c>ready 127.0.0.1:19092</c> on standard output, and stays up, with standard input
    /// closed too, until SIGTERM, Ctrl+C or <paramref name="cancellation"/>.
    /// </summary>
    /// <returns>Exit code: 0 ended as asked, 1 could not start; why stands on standard error.</returns>
    public static async Task<int> RunAsync(EmbeddedBrokerOptions options, CancellationToken cancellation)
    {
        var stop = Stop(cancellation);
        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.TrySetResult();
        }

        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        await Console.Error.WriteLineAsync(EmbeddedBrokerLimits.Text);
        return await ServeAsync(options, stop.Task);
    }

    /// <summary>
    /// As the child of a node: prints the ready line and ends when its standard input closes, as it does however the parent ends. Signals
    /// that a terminal or a service manager sends to parent and child alike are ignored, so that the parent can finish its work with the broker first.
    /// </summary>
    /// <returns>As stand-alone.</returns>
    public static async Task<int> RunChildAsync(EmbeddedBrokerOptions options, CancellationToken cancellation)
    {
        var stop = Stop(cancellation);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => signal.Cancel = true);

        // A thread of its own, because the read blocks until the end; from the first moment, because the parent may be gone before the broker is up.
        new Thread(() =>
        {
            WaitForEndOfInput();
            stop.TrySetResult();
        })
        { IsBackground = true, Name = "end of standard input" }.Start();
        return await ServeAsync(options, stop.Task);
    }

    private static TaskCompletionSource Stop(CancellationToken cancellation)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cancellation.Register(() => stop.TrySetResult());
        return stop;
    }

    private static async Task<int> ServeAsync(EmbeddedBrokerOptions options, Task stop)
    {
        try
        {
            await using var broker = await EmbeddedBroker.StartAsync(options, TimeProvider.System, Console.Error.WriteLine);
            await Console.Out.WriteLineAsync(ReadyPrefix + broker.BootstrapServers);
            await Console.Out.FlushAsync(CancellationToken.None);
            await stop;
            return 0;
        }
        catch (Exception e) when (e is EmbeddedBrokerException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static void WaitForEndOfInput()
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[256];
        try
        {
            while (input.Read(buffer) > 0)
            {
                // What comes is of no interest.
            }
        }
        catch (IOException)
        {
            // As good as its end.
        }
    }
}
