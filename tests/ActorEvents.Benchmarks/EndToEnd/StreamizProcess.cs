using System.Diagnostics;

namespace ActorEvents.Benchmarks.EndToEnd;

/// <summary>The process that does the job of <see cref="KafkaPath"/> with Streamiz.Kafka.Net: project <c>ActorEvents.Benchmarks.Streamiz</c>, built with this one.</summary>
internal sealed class StreamizProcess : IAsyncDisposable
{
    private const string Project = "ActorEvents.Benchmarks.Streamiz";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    private StreamizProcess(Process process) => _process = process;

    public static StreamizProcess Start(string bootstrap, string output)
    {
        // …/tests/ActorEvents.Benchmarks/bin/Release/net10.0/
        var own = AppContext.BaseDirectory;
        var file = Path.Combine(own.Replace(Path.DirectorySeparatorChar + "ActorEvents.Benchmarks" + Path.DirectorySeparatorChar, Path.DirectorySeparatorChar + Project + Path.DirectorySeparatorChar, StringComparison.Ordinal), Project);
        return new StreamizProcess(Process.Start(new ProcessStartInfo(file, [bootstrap, output]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!);
    }

    /// <summary>Starts reading a topic; returns when its first record is there.</summary>
    public Task BeginAsync(string topic) => TellAsync(topic, "first");

    /// <summary>Stops reading it.</summary>
    public Task EndAsync() => TellAsync("stop", "stopped");

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task TellAsync(string what, string answer)
    {
        await _process.StandardInput.WriteLineAsync(what);
        await _process.StandardInput.FlushAsync();
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(s_patience, TimeProvider.System) is var line && line != answer)
        {
            if (line is null)
            {
                throw new BenchmarkFailedException($"Streamiz ended; what it said stands above. It was to answer '{answer}'.");
            }
        }
    }
}
