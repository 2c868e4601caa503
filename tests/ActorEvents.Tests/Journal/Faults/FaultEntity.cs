using System.Globalization;
using System.Text;
using ActorEvents.Journal;
using ActorEvents.Journal.Entries;
using ActorEvents.Journal.Recovery;
using ActorEvents.Journal.Writing;

namespace ActorEvents.Tests.Journal.Faults;

/// <summary>
/// One entity, which uses the journal as an entity's actor does: recovers, appends one row at a time, saves snapshots, and begins anew when a row is refused or it was idle.
/// Beside it a stream's position is raised. A row's text is "id number writer".
/// </summary>
/// <param name="rowsOnly">Writes nothing beside its rows, and does not begin anew before one is refused.</param>
internal sealed class FaultEntity(JournalDatabase journal, string id, string process, IFaultLog log, bool rowsOnly)
{
    private const int SnapshotEvery = 7, RaiseEvery = 3, PassivateEvery = 40;

    private readonly string _stream = $"{id}/{process}";
    private (long Number, string Text) _durable;
    private Task _raising = Task.CompletedTask;
    private long _raised;
    private long _rows;

    public string Id => id;

    /// <summary>Rows that this entity was told are durable.</summary>
    public long Rows => Volatile.Read(ref _rows);

    public static long Number(string text) => long.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture);

    public static string Text(JournalEntry entry) => Encoding.UTF8.GetString(entry.StateEvents[0].Bytes.Span);

    public async Task RunAsync(CancellationToken stop)
    {
        for (var incarnation = 1; !stop.IsCancellationRequested; incarnation++)
        {
            await AppendAsync(await RecoverAsync(), string.Create(CultureInfo.InvariantCulture, $"{process}-{id}-{incarnation}"), stop);
        }

        await _raising;
    }

    /// <summary>What is wrong with the position that was raised, if it is.</summary>
    /// <param name="reopened">The journal, opened once more.</param>
    public async Task<string?> PositionProblemAsync(JournalDatabase reopened)
    {
        var stored = (await reopened.Positions.ReadAsync(_stream, CancellationToken.None))?.Next ?? 0;
        return stored == _raised ? null : $"{_stream}: raised to {_raised}, stored {stored}";
    }

    /// <summary>Texts of the rows behind the newest snapshot, and the number of the last that it holds (0: there is none).</summary>
    public static async Task<(long Snapshot, List<string> Texts)> ReadAsync(JournalDatabase journal, string id)
    {
        var (snapshot, texts) = (0L, new List<string>());
        for (long? after = null; ;)
        {
            var read = new Part(id, after);
            journal.Entities.Read(read);
            var part = await read.Outcome;
            snapshot = part.Snapshot is null ? snapshot : long.Parse(Encoding.UTF8.GetString(part.Snapshot.State.Bytes.Span), CultureInfo.InvariantCulture);
            texts.AddRange(part.Entries.Select(Text));
            if (part.Complete)
            {
                return (snapshot, texts);
            }

            after = part.Last;
        }
    }

    private async Task<long> RecoverAsync()
    {
        var (snapshot, texts) = await ReadAsync(journal, id);
        var last = snapshot;
        foreach (var text in texts)
        {
            if (Number(text) != ++last)
            {
                log.Broken($"{id}: recovered '{text}' in place of row {last}");
            }
        }

        if (last < _durable.Number || (snapshot < _durable.Number && texts[(int)(_durable.Number - snapshot - 1)] != _durable.Text))
        {
            log.Broken($"{id}: '{_durable.Text}' was durable; recovered a snapshot at {snapshot} and: {string.Join(", ", texts)}");
        }

        return last;
    }

    private async Task AppendAsync(long last, string writer, CancellationToken stop)
    {
        for (var appended = 0; (appended < PassivateEvery || rowsOnly) && !stop.IsCancellationRequested; appended++)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{id} {last + 1} {writer}");
            var row = new Row(id, last + 1, text, writer);
            journal.Entities.Write(row);
            if (await row.Outcome is { } cause)
            {
                log.Refused(text, cause.Message);
                return;
            }

            log.Durable(text);
            _durable = (++last, text);
            Interlocked.Increment(ref _rows);
            if (!rowsOnly && last % SnapshotEvery == 0)
            {
                Save(last);
            }

            if (!rowsOnly && last % RaiseEvery == 0)
            {
                await _raising;
                _raised = last;
                _raising = journal.Positions.RaiseAsync([new(_stream, last)], CancellationToken.None);
            }
        }
    }

    private void Save(long last)
    {
        var state = new StoredPayload("n", Encoding.UTF8.GetBytes(last.ToString(CultureInfo.InvariantCulture)));
        journal.Entities.Write(new SnapshotFact(
            id, last, EntryCodec.Write(new EntitySnapshot { State = state, Positions = [] }), TimeProvider.System, e => log.Broken($"{id}: snapshot {last}: {e.Message}")));
    }

    private sealed class Row(string id, long number, string text, string writer)
        : RowFact(id, number, EntryCodec.Write(EntityJournalFacts.Entry(text)), writer)
    {
        private readonly TaskCompletionSource<Exception?> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Exception?> Outcome => _outcome.Task;

        public override void Durable() => _outcome.SetResult(null);

        public override void Failed(Exception cause) => _outcome.SetResult(cause);
    }

    private sealed class Part(string id, long? after) : RecoveryRead(id, after)
    {
        private readonly TaskCompletionSource<RecoveredPart> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<RecoveredPart> Outcome => _outcome.Task;

        public override void Read(RecoveredPart part) => _outcome.SetResult(part);

        public override void Failed(Exception cause) => _outcome.SetException(cause);
    }
}
