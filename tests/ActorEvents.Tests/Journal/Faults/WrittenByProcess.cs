using System.Diagnostics;
using System.Globalization;
using ActorEvents.Journal;
using ActorEvents.Tests.Kafka;
using ActorEvents.Tests.Kafka.Embedded;

namespace ActorEvents.Tests.Journal.Faults;

/// <summary>A <see cref="JournalWriterProcess"/> seen from outside: what it says goes into the ledger.</summary>
internal sealed class WrittenByProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly FaultLedger _ledger;
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly HashSet<string> _writing = new(StringComparer.Ordinal);
    private readonly Task<string> _errors;
    private readonly Task _reading;
    private int _durable;

    public WrittenByProcess(JournalOptions options, FaultLedger ledger, params string[] arguments)
    {
        var start = BrokerParent.Start(["journal-writer", options.Provider == JournalProvider.Sqlite ? "sqlite" : "postgresql", .. arguments]);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        _ledger = ledger;
        _process = Process.Start(start)!;
        _process.StandardInput.WriteLine(options.SqliteFile ?? options.ConnectionString);
        _process.StandardInput.Flush();
        _errors = _process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>Rows that it said are durable.</summary>
    public int Durable => Volatile.Read(ref _durable);

    /// <summary>Entities of which a row was refused since <see cref="ForgetRefused"/>.</summary>
    public int Refused
    {
        get
        {
            lock (_refused)
            {
                return _refused.Count;
            }
        }
    }

    /// <summary>Entities that have written a row since one of theirs was refused: they do not recover now.</summary>
    public int Writing
    {
        get
        {
            lock (_refused)
            {
                return _writing.Count;
            }
        }
    }

    public void ForgetRefused()
    {
        lock (_refused)
        {
            _refused.Clear();
        }
    }

    public async Task WritesAsync(int rows)
    {
        var goal = Durable + rows;
        await Poll.UntilAsync(
            async () => Durable >= goal || (_process.HasExited ? throw new InvalidOperationException($"The writer has ended: {await _errors}") : false),
            $"the process writes {rows} rows");
    }

    /// <summary>SIGSTOP; returns when none of its threads runs any more.</summary>
    public async Task SleepAsync()
    {
        Signal("STOP");
        await Poll.UntilAsync(Sleeps);
    }

    /// <summary>SIGCONT.</summary>
    public void Wake() => Signal("CONT");

    /// <summary>SIGKILL; then all that it has said is in the ledger.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndAsync();
    }

    /// <summary>It ends by itself; then all that it has said is in the ledger.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await EndAsync();
        Assert.True(_process.ExitCode == 0, await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private bool Sleeps()
    {
        try
        {
            return Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/task"))
                .All(thread => File.ReadAllText(Path.Combine(thread, "stat")).Contains(") T ", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            // A thread has ended meanwhile.
            return false;
        }
    }

    private async Task EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await _reading;
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            Take(line);
        }
    }

    private void Take(string line)
    {
        var (said, text) = (line.Split(' ')[0], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        var id = text.Split(' ')[0];
        switch (said)
        {
            case "durable":
                _ledger.Durable(text);
                lock (_refused)
                {
                    _writing.Add(id);
                }

                Interlocked.Increment(ref _durable);
                break;
            case "refused":
                _ledger.Refused(text, "by another process");
                lock (_refused)
                {
                    _refused.Add(id);
                    _writing.Remove(id);
                }

                break;
            default:
                _ledger.Broken(text);
                break;
        }
    }
}
