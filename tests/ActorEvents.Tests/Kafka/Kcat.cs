using System.Diagnostics;

namespace ActorEvents.Tests.Kafka;

/// <summary>The program <c>kcat</c>: a Kafka client that nobody here wrote. Missing, it skips a test at home and fails it under CI=true.</summary>
internal static class Kcat
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    public static void Require()
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(d => d.Length > 0 && File.Exists(Path.Combine(d, "kcat")));
        Servers.Require(found ? null : "kcat is not on the PATH (Debian: apt-get install kcat).");
    }

    /// <summary>Runs it to its end and gives its standard output. Anything but exit code 0 fails the test with what it said.</summary>
    public static async Task<string> RunAsync(IEnumerable<string> arguments, string input = "")
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(s_deadline);
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), deadline.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(deadline.Token);
        }
        finally
        {
            process.Kill();
        }

        Assert.True(process.ExitCode == 0, $"kcat {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}");
        return await output;
    }

    public static Process Start(IEnumerable<string> arguments)
        => Process.Start(new ProcessStartInfo("kcat", arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
