using System.Diagnostics;

namespace ActorEvents.Tests.Aectl;

/// <summary>What only a process of its own shows: signals and the far end of stdout.</summary>
public sealed class ProcessTests(FakeNode node) : IClassFixture<FakeNode>
{
    /// <summary>The runtime hides a broken pipe from who writes: `aectl events tail | head` would run for ever.</summary>
    [Fact]
    public async Task A_reader_that_goes_ends_a_stream_that_says_nothing()
    {
        var (process, gone) = await TailAsync();
        using (process)
        {
            process.StandardOutput.Close();

            await EndsAsync(process, 0);
            await gone.Task.WaitAsync(TimeSpan.FromSeconds(10));
            Assert.Empty(await process.StandardError.ReadToEndAsync());
        }
    }

    [Fact]
    public async Task An_interrupt_ends_a_stream_with_130()
    {
        var (process, gone) = await TailAsync();
        using (process)
        {
            using var kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);

            await EndsAsync(process, 130);
            await gone.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }
    }

    private async Task<(Process Process, TaskCompletionSource Gone)> TailAsync()
    {
        var gone = node.Endless["cluster tail"] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Commands["cluster tail"] = _ => [FakeNode.Row(("event", "first"))];
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "aectl.dll"), "cluster", "tail", "-q"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new AectlRun(node.RuntimeFolder).Environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        Assert.Equal("first", await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)));
        return (process, gone);
    }

    private static async Task EndsAsync(Process process, int exit)
    {
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(exit, process.ExitCode);
        }
        finally
        {
            process.Kill();
        }
    }
}
