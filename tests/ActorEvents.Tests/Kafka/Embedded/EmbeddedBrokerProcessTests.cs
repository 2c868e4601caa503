using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorEvents.Kafka.Embedded;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Kafka.Embedded;

/// <summary>Real processes: the broker as a child, by itself, killed and orphaned.</summary>
public sealed class EmbeddedBrokerProcessTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_child_serves_until_it_is_disposed()
    {
        var broker = await StartAsync(new EmbeddedBrokerOptions { Port = 0 });
        using (var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build())
        {
            await producer.ProduceAsync("any", new Message<Null, string> { Value = "v" }).WaitAsync(s_deadline, TimeProvider.System);
        }

        Assert.False(broker.Exited.IsCompleted);
        await broker.DisposeAsync();

        Assert.Equal(0, await broker.Exited);
        Assert.False(Listens(broker.BootstrapServers));
        await broker.DisposeAsync();
    }

    [SkippableFact]
    public async Task The_child_ignores_the_signals_that_end_its_node_so_that_the_node_can_finish()
    {
        Skip.If(OperatingSystem.IsWindows(), "There are no signals on Windows.");
        await using var broker = await StartAsync(new EmbeddedBrokerOptions { Port = 0 });

        await SignalAsync(broker.ProcessId, "INT");
        await SignalAsync(broker.ProcessId, "TERM");

        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build();
        await producer.ProduceAsync("any", new Message<Null, string> { Value = "v" }).WaitAsync(s_deadline, TimeProvider.System);
        Assert.False(broker.Exited.IsCompleted);
    }

    [Fact]
    public async Task A_child_that_dies_is_noticed()
    {
        await using var broker = await StartAsync(new EmbeddedBrokerOptions { Port = 0 });
        using var child = Process.GetProcessById(broker.ProcessId);

        child.Kill();

        Assert.NotEqual(0, await broker.Exited.WaitAsync(s_deadline, TimeProvider.System));
    }

    [Fact]
    public async Task A_child_that_cannot_start_is_quoted()
    {
        using var occupier = new TcpListener(IPAddress.Loopback, 0);
        occupier.Start();
        var port = ((IPEndPoint)occupier.LocalEndpoint).Port;

        var refused = await Assert.ThrowsAsync<EmbeddedBrokerException>(() => StartAsync(new EmbeddedBrokerOptions { Port = port }));

        Assert.Contains("exit code 1", refused.Message, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"Port {port} "), refused.Message, StringComparison.Ordinal);
        Assert.Contains("kafka.embedded.port", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var refused = await Assert.ThrowsAsync<EmbeddedBrokerException>(
            () => EmbeddedBrokerProcess.StartAsync(new ProcessStartInfo("no-such-program"), NullLogger.Instance, TimeProvider.System, CancellationToken.None));

        Assert.Contains("no-such-program", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_child_that_is_never_ready_is_given_up_at_the_deadline()
    {
        Skip.If(OperatingSystem.IsWindows(), "The silent child is a shell.");
        var time = new FakeTimeProvider();
        var starting = EmbeddedBrokerProcess.StartAsync(
            new ProcessStartInfo("/bin/sh", ["-c", "echo not so fast; read -r line"]), NullLogger.Instance, time, CancellationToken.None);
        Assert.False(starting.IsCompleted);

        time.Advance(EmbeddedBrokerProcess.ReadyDeadline);

        var refused = await Assert.ThrowsAsync<EmbeddedBrokerException>(() => starting.WaitAsync(s_deadline, TimeProvider.System));
        Assert.Contains("not ready within 30 s", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_child_that_does_not_end_with_its_input_is_killed()
    {
        Skip.If(OperatingSystem.IsWindows(), "The stubborn child is a shell.");
        var time = new FakeTimeProvider();
        var broker = await EmbeddedBrokerProcess.StartAsync(
            new ProcessStartInfo("/bin/sh", ["-c", "echo ready 127.0.0.1:1; exec tail -f /dev/null"]), NullLogger.Instance, time, CancellationToken.None);

        var disposing = broker.DisposeAsync().AsTask();
        Assert.False(broker.Exited.IsCompleted);
        time.Advance(EmbeddedBrokerProcess.StopDeadline);

        await disposing.WaitAsync(s_deadline, TimeProvider.System);
        Assert.NotEqual(0, await broker.Exited);
    }

    [Fact]
    public async Task A_node_that_is_killed_leaves_no_broker_behind()
    {
        using var node = Start(["broker-parent"]);
        var words = (await ReadLineAsync(node)).Split(' ');
        Assert.True(Listens(words[1]));

        // SIGKILL, to the parent alone.
        node.Kill(entireProcessTree: false);

        await Poll.UntilAsync(() => !Listens(words[1]), "the orphan ends and its port is free");
    }

    [SkippableTheory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task By_itself_it_stays_up_without_input_and_a_signal_ends_it_with_exit_code_0(string signal)
    {
        Skip.If(OperatingSystem.IsWindows(), "There are no signals on Windows.");
        using var broker = Start(["broker", "--port", "0"]);
        try
        {
            broker.StandardInput.Close();
            var ready = await ReadLineAsync(broker);
            Assert.StartsWith("ready 127.0.0.1:", ready, StringComparison.Ordinal);
            Assert.Equal(EmbeddedBrokerLimits.Text, await broker.StandardError.ReadLineAsync());
            using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = ready["ready ".Length..] }).Build())
            {
                Assert.Single(admin.GetMetadata(s_deadline).Brokers);
            }

            Assert.False(broker.HasExited);
            await SignalAsync(broker.Id, signal);

            await broker.WaitForExitAsync().WaitAsync(s_deadline, TimeProvider.System);
            Assert.Equal(0, broker.ExitCode);
            Assert.Equal("", await broker.StandardError.ReadToEndAsync());
        }
        finally
        {
            broker.Kill();
        }
    }

    [Fact]
    public async Task Wrong_arguments_end_it_with_exit_code_2_and_the_reason()
    {
        using var broker = Start(["broker", "--port", "much"]);

        var error = await broker.StandardError.ReadToEndAsync();
        await broker.WaitForExitAsync();

        Assert.Equal(2, broker.ExitCode);
        Assert.Contains("'much' is not a whole number", error, StringComparison.Ordinal);
    }

    private static Task<EmbeddedBrokerProcess> StartAsync(EmbeddedBrokerOptions options) => EmbeddedBrokerProcess.StartAsync(
        BrokerParent.Start(["broker", .. options.ToArguments(child: true)]), NullLogger.Instance, TimeProvider.System, CancellationToken.None);

    private static Process Start(string[] arguments)
    {
        var start = BrokerParent.Start(arguments);
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return Process.Start(start)!;
    }

    private static async Task<string> ReadLineAsync(Process process)
    {
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(s_deadline, TimeProvider.System);
        return line ?? throw new InvalidOperationException("The process ended: " + await process.StandardError.ReadToEndAsync());
    }

    private static async Task SignalAsync(int processId, string signal)
    {
        using var kill = Process.Start("/bin/kill", ["-" + signal, FormattableString.Invariant($"{processId}")]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    private static bool Listens(string address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPEndPoint.Parse(address));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
