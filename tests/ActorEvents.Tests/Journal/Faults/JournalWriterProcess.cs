using System.Globalization;
using ActorEvents.Journal;

namespace ActorEvents.Tests.Journal.Faults;

/// <summary>
/// What a <see cref="WrittenByProcess"/> runs: <see cref="FaultEntity"/>s of a process of their own, until standard input ends. Its first line names the place. Each line of
/// standard output is what one of them was told.
/// </summary>
internal static class JournalWriterProcess
{
    public const int Entities = 10;

    public static async Task<int> RunAsync(string provider, bool rowsOnly)
    {
        var place = await Console.In.ReadLineAsync();
        var options = provider == "sqlite"
            ? new JournalOptions { SqliteFile = place }
            : new JournalOptions { Provider = JournalProvider.Postgresql, ConnectionString = place };
        await using var journal = await JournalDatabase.OpenAsync(options, TimeProvider.System, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var process = "p" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var running = Enumerable.Range(0, Entities).Select(e => new FaultEntity(journal, FaultRun.Id(e), process, new Printed(), rowsOnly).RunAsync(stop.Token)).ToArray();
        await Console.In.ReadLineAsync();
        await stop.CancelAsync();
        await Task.WhenAll(running);
        return 0;
    }

    /// <summary>The console hands each line to the system before the call returns: it is not lost with the process.</summary>
    private sealed class Printed : IFaultLog
    {
        public void Durable(string text) => Console.Out.WriteLine($"durable {text}");

        public void Refused(string text, string cause) => Console.Out.WriteLine($"refused {text}");

        public void Broken(string what) => Console.Out.WriteLine($"broken {what}");
    }
}
