using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using ActorEvents.Kafka.Telemetry;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Embedded;

/// <summary>
/// The embedded broker in a child process, seen from the node. The child ends when its standard input closes, so it ends with this process however that
/// ends.
/// </summary>
internal sealed class EmbeddedBrokerProcess : IAsyncDisposable
{
    /// <summary>How long the child may take until it is ready.</summary>
    public static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(30);

    /// <summary>How long the child may take to end before it is killed.</summary>
    public static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(5);

    // What the exception quotes of the child's standard error.
    private const int TailLines = 20;

    private readonly Process _process;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly Task _errors;
    private readonly Queue<string> _tail = new(TailLines);
    private Task _output = Task.CompletedTask;
    private volatile bool _stopping;
    private int _disposed;

    private EmbeddedBrokerProcess(Process process, ILogger log, TimeProvider time)
    {
        _process = process;
        _log = log;
        _time = time;
        _errors = DrainErrorsAsync();
        Exited = WatchAsync();
    }

    /// <summary>What clients connect to.</summary>
    public string BootstrapServers { get; private set; } = "";

    /// <summary>The child's process id.</summary>
    public int ProcessId { get; private init; }

    /// <summary>Completes with the exit code when the child has ended, for whatever reason. Never faults.</summary>
    public Task<int> Exited { get; }

    /// <summary>The broker verb of the program that runs, started as this process was: by the program's own host, or by dotnet.</summary>
    /// <param name="program">Its entry assembly.</param>
    /// <param name="options">Of the broker.</param>
    public static ProcessStartInfo VerbOf(Assembly program, EmbeddedBrokerOptions options)
    {
        var host = Environment.ProcessPath!;
        var byDotnet = Path.GetFileNameWithoutExtension(host).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return new ProcessStartInfo(host, [.. byDotnet ? [program.Location] : Array.Empty<string>(), "broker", .. options.ToArguments(child: true)]);
    }

    /// <summary>Starts the child and waits until it is ready.</summary>
    /// <param name="start">
    /// File name and arguments of the host's broker verb (<see cref="VerbOf"/>); the arguments are <see cref="EmbeddedBrokerOptions.ToArguments"/> with <c>child: true</c>. Its redirections are
    /// set here.
    /// </param>
    /// <param name="log">Gets the limits, what the ready child writes on standard error, and its unexpected end.</param>
    /// <param name="time">The clock of the deadlines.</param>
    /// <param name="cancellation">Gives up; the child is ended.</param>
    /// <exception cref="EmbeddedBrokerException">The child cannot be started, ends before it is ready (its own words are quoted), or is not ready in time.</exception>
    public static async Task<EmbeddedBrokerProcess> StartAsync(ProcessStartInfo start, ILogger log, TimeProvider time, CancellationToken cancellation)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        Process process;
        try
        {
            process = Process.Start(start) ?? throw new EmbeddedBrokerException($"The embedded broker's process could not be started: {start.FileName}");
        }
        catch (Win32Exception e)
        {
            throw new EmbeddedBrokerException($"The embedded broker's process could not be started: {start.FileName}: {e.Message}", e);
        }

        var broker = new EmbeddedBrokerProcess(process, log, time) { ProcessId = process.Id };
        try
        {
            await broker.WaitUntilReadyAsync(cancellation);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes the child's standard input and waits for its end; kills it after <see cref="StopDeadline"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await Exited;
            return;
        }

        await EndAsync();
        await Task.WhenAll(_output, _errors);
        _process.Dispose();
    }

    private async Task EndAsync()
    {
        _stopping = true;
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The child is gone, and with it the pipe.
        }

        try
        {
            await Exited.WaitAsync(StopDeadline, _time);
        }
        catch (TimeoutException)
        {
            Log.EmbeddedBrokerKilled(_log, ProcessId, StopDeadline.TotalSeconds);
            _process.Kill(entireProcessTree: true);
            await Exited;
        }
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(ReadyDeadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(either.Token) is { } line)
            {
                if (line.StartsWith(EmbeddedBrokerCommand.ReadyPrefix, StringComparison.Ordinal))
                {
                    BootstrapServers = line[EmbeddedBrokerCommand.ReadyPrefix.Length..].Trim();
                    _output = DrainAsync(_process.StandardOutput);
                    Log.EmbeddedBrokerReady(_log, BootstrapServers, ProcessId, EmbeddedBrokerLimits.Text);
                    return;
                }

                Remember(line);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new EmbeddedBrokerException(FormattableString.Invariant(
                $"The embedded broker was not ready within {ReadyDeadline.TotalSeconds:0} s: {_process.StartInfo.FileName}, process {ProcessId}.") + Tail());
        }

        // Its output has ended, so it is ending: let it finish its last words.
        await EndAsync();
        await _errors;
        throw new EmbeddedBrokerException(FormattableString.Invariant($"The embedded broker ended before it was ready, with exit code {await Exited}.") + Tail());
    }

    private async Task<int> WatchAsync()
    {
        await _process.WaitForExitAsync();
        var code = _process.ExitCode;
        if (!_stopping && BootstrapServers.Length > 0)
        {
            Log.EmbeddedBrokerDied(_log, _process.Id, code);
        }

        return code;
    }

    private async Task DrainErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            if (BootstrapServers.Length > 0)
            {
                Log.EmbeddedBrokerSays(_log, line);
            }
            else
            {
                Remember(line);
            }
        }
    }

    private static async Task DrainAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is not null)
        {
            // Nothing is expected after the ready line; unread it would stop the child.
        }
    }

    private void Remember(string line)
    {
        lock (_tail)
        {
            if (_tail.Count == TailLines)
            {
                _tail.Dequeue();
            }

            _tail.Enqueue(line);
        }
    }

    private string Tail()
    {
        lock (_tail)
        {
            return _tail.Count == 0 ? "" : " It said: " + string.Join(Environment.NewLine, _tail);
        }
    }
}
