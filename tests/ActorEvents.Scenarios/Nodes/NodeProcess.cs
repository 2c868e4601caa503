using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorEvents.Tests;

namespace ActorEvents.Scenarios.Nodes;

/// <summary>A real node process (or a stand-alone broker), from the Release build that goes with the build of these tests, or from a published one.</summary>
internal sealed partial class NodeProcess : IAsyncDisposable
{
    private const int FirstPort = 12_000;
    private const int Ports = 20_000;
    private static readonly string Program = Environment.GetEnvironmentVariable("ACTOREVENTS_TEST_NODE")
        ?? Path.Combine(SourceTree.Folder, "src/ActorEvents.Node/bin/Release/net10.0/ActorEvents.Node.dll");

    private static int s_ports = Random.Shared.Next(Ports);

    private readonly Process _process;
    private readonly ConcurrentQueue<(string Line, bool IsOutput)> _log = new();
    private readonly TaskCompletionSource<string> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, e) => Take(e.Data, isOutput: true);
        _process.ErrorDataReceived += (_, e) => Take(e.Data, isOutput: false);
        _process.Exited += (_, _) =>
        {
            _done.TrySetException(new InvalidOperationException($"the process ended with {_process.ExitCode} before it was done\n{Log}"));
            _ready.TrySetException(new InvalidOperationException($"the process ended with {_process.ExitCode} before it was ready\n{Log}"));
        };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Everything that it printed, both channels, as far as it was read.</summary>
    public string Log => string.Join('\n', _log.Select(l => l.Line));

    /// <summary>What it wrote on one channel.</summary>
    public string[] Lines(bool output) => [.. _log.Where(l => l.IsOutput == output).Select(l => l.Line)];

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static NodeProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };

        // Hot code is compiled again when a start has been quiet for a second, instead of in the middle of it.
        start.Environment["DOTNET_TC_CallCountingDelayMs"] = "1000";
        start.ArgumentList.Add(Program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = new NodeProcess(start);
        process._process.StandardInput.Close();
        return process;
    }

    /// <summary>A broker as a process of its own; returns when it serves.</summary>
    public static async Task<(NodeProcess Process, string Bootstrap)> StartBrokerAsync(int port)
    {
        var broker = Start("broker", "--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await broker._ready.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return (broker, $"127.0.0.1:{port}");
    }

    /// <summary>
    /// A port that nobody listens on, given once. Below the range of which the system takes the ports of outgoing connections: one of those may be taken between this question
    /// and the node's start.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + (Interlocked.Increment(ref s_ports) % Ports);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }

    /// <summary>The totals line on standard output.</summary>
    public async Task<JsonElement> TotalsAsync(int seconds = 120)
    {
        try
        {
            return JsonDocument.Parse(await _done.Task.WaitAsync(TimeSpan.FromSeconds(seconds))).RootElement;
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"no totals after {seconds} s\n{Log}", e);
        }
    }

    /// <summary>Waits until the log has a line with this text.</summary>
    public async Task SawAsync(string text, int seconds = 120)
    {
        var until = Environment.TickCount64 + (seconds * 1000L);
        while (!_log.Any(l => l.Line.Contains(text, StringComparison.Ordinal)))
        {
            if (Environment.TickCount64 > until || _process.HasExited)
            {
                throw new TimeoutException($"'{text}' was not said within {seconds} s\n{Log}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends a signal by name, e.g. TERM, INT, STOP, CONT.</summary>
    public void Signal(string name) => Signal(name, Id.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Sends a signal to the broker that it has embedded.</summary>
    public void SignalBroker(string name) => Signal(name, BrokerProcess().Match(Log).Groups[1].Value);

    /// <summary>The exit code, once it has ended.</summary>
    public async Task<int> ExitAsync(int seconds = 120)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(seconds));
            return _process.ExitCode;
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"the process has not ended after {seconds} s\n{Log}", e);
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes()
    {
        _process.Refresh();
        return _process.WorkingSet64;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal("CONT");
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    [GeneratedRegex("The embedded broker listens on .* \\(process ([0-9]+)\\)")]
    private static partial Regex BrokerProcess();

    private static void Signal(string name, string process)
    {
        using var kill = Process.Start("kill", ["-" + name, process]);
        kill.WaitForExit();
    }

    private void Take(string? line, bool isOutput)
    {
        if (line is null)
        {
            return;
        }

        _log.Enqueue((line, isOutput));
        while (_log.Count > 5_000)
        {
            _log.TryDequeue(out _);
        }

        if (isOutput && line.StartsWith("{\"invoices\"", StringComparison.Ordinal))
        {
            _done.TrySetResult(line);
        }
        else if (isOutput && line.StartsWith("ready ", StringComparison.Ordinal))
        {
            _ready.TrySetResult(line);
        }
    }
}
