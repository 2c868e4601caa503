using System.Globalization;
using System.Runtime.CompilerServices;
using ActorEvents.Events;
using ActorEvents.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorEvents.Sources.Files;

/// <summary>
/// Reads a file record by record, from its beginning or on from where an earlier reading was: used by <see cref="FileSource"/> and by whoever feeds a file
/// somewhere else. Numbers, offsets and verdicts are the same after each restart.
/// <code>
/// var reader = new FileRecords(new FileReadOptions { Path = "orders.csv", KeyColumn = "InvoiceNo" }, timeProvider);
/// await foreach (IReadOnlyList&lt;FileRecord&gt; batch in reader.ReadAsync(1, 0, cancellationToken))
///     foreach (var record in batch)
///         if (record.Problem is null) produce(record.Key, record.Data, origin: (fileId, record.Line));   // then store (record.Line + 1, record.Resume)
///         else deadLetter(record.Line, record.Problem, record.Raw);
/// // on from there: ReadAsync(storedNextLine, storedResume, …)
/// </code>
/// Memory: one buffer of at most the largest record + 64 KiB, and one batch.
/// </summary>
public sealed class FileRecords
{
    private const int BatchRecords = 512;
    private const int BatchBytes = 256 * 1024;
    private static readonly TimeSpan SayAgain = TimeSpan.FromMinutes(1);

    private readonly FileReadOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    public FileRecords(FileReadOptions options, TimeProvider time, ILogger? logger = null) => (_options, _time, _log) = (options, time, logger ?? NullLogger.Instance);

    /// <summary>The source whose figures count what is lost; null: nobody's do.</summary>
    internal string? CountedFor { get; init; }

    /// <summary>
    /// Batches (never empty) of records in the order of the file. Ends at the end of a file that is not followed; a followed one is read until cancelled, or until another
    /// one stands at its path and it has been quiet for <see cref="FileReadOptions.RotateWait"/>: then this ends, too, and the other one is to be read from its beginning.
    /// </summary>
    /// <param name="nextLine">Number of the line that comes next; 1 at the beginning of the file.</param>
    /// <param name="resume"><see cref="FileRecord.Resume"/> of the record before; 0 at the beginning of the file.</param>
    /// <exception cref="IOException">
    /// The file is not there, cannot be read, or is not any more the one that was read: truncated, replaced, removed. What was read before has been handed out.
    /// </exception>
    /// <exception cref="FormatException">No usable header: names line, column and setting.</exception>
    public async IAsyncEnumerable<IReadOnlyList<FileRecord>> ReadAsync(long nextLine, long resume, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var trail = new FileTrail(_options.Path, _time);
        await foreach (var batch in ReadAsync(trail.Start(), _options.Follow ? trail : null, new FilePlace(nextLine, resume), null, cancellationToken))
        {
            yield return batch;
        }
    }

    /// <param name="file">Held open by the caller.</param>
    /// <param name="trail">What else comes to the path of a file that may grow; null: it does not grow any more.</param>
    /// <param name="isIt">Whether the file still is the one that was looked for; null: that is not asked.</param>
    internal async IAsyncEnumerable<IReadOnlyList<FileRecord>> ReadAsync(
        OpenFile file, FileTrail? trail, FilePlace from, Func<OpenFile, bool>? isIt, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var window = new FileWindow(_options, file, isIt);
        var parser = RecordParser.For(_options);
        var pace = new Pace(_options.EventsPerSecond, _time);
        var batchRecords = pace.Batch(BatchRecords);
        var batch = new List<FileRecord>();
        long bytes = 0;
        long openQuoteSaid = 0;
        long? overwriteSaid = null;
        var quietSince = _time.GetTimestamp();

        // The header is read at each start, wherever the records go on.
        var needsHeader = parser is CsvParser;
        window.Begin(from);
        await window.SeekAsync(needsHeader ? FilePlace.Start : from, cancellationToken);
        while (true)
        {
            while (Step() != Parsed.More)
            {
                if (needsHeader && ((CsvParser)parser).HasHeader)
                {
                    needsHeader = false;
                    if (ResumeMark.Offset(from.Resume) > 0)
                    {
                        await window.SeekAsync(from, cancellationToken);
                    }
                }

                if (batch.Count >= batchRecords || bytes >= BatchBytes)
                {
                    await pace.WaitAsync(batch.Count, cancellationToken);
                    yield return batch;
                    (batch, bytes) = ([], 0);
                }
            }

            bool more;
            FileChangedException? changed = null;
            try
            {
                more = await window.FillAsync(cancellationToken);
            }
            catch (FileChangedException e)
            {
                (more, changed) = (false, e);
            }

            if (more)
            {
                quietSince = _time.GetTimestamp();
                window.Final = false;
                continue;
            }

            if (batch.Count > 0)
            {
                await pace.WaitAsync(batch.Count, cancellationToken);
                yield return batch;
                (batch, bytes) = ([], 0);
            }

            if (changed is not null)
            {
                throw changed;
            }

            if (window.Final)
            {
                file.ReadTo = new FilePlaceInBytes(window.Line - 1, window.Offset);
                yield break;
            }

            if (trail is null)
            {
                window.Final = true;
                continue;
            }

            SayOverwritten(window.Overwritten);
            trail.Look();
            if (trail.Next is { } next)
            {
                var (continues, changedAt) = FileFacts.Of(file.Handle).Names == 0 ? await window.GoOnInAsync(next, cancellationToken) : (false, -1);
                if (continues)
                {
                    SayChanged(changedAt);
                    trail.Replace();
                    file = next;
                    continue;
                }

                if (trail.Superseded >= _options.RotateWait && _time.GetElapsedTime(quietSince) >= _options.RotateWait)
                {
                    window.Final = true;
                    continue;
                }
            }

            if (parser.QuoteOpen && openQuoteSaid != window.Line)
            {
                openQuoteSaid = window.Line;
                Log.QuoteOpen(_log, window.Line, _options.Path, _options.MaxEventBytes);
            }

            await Task.Delay(_options.PollInterval, _time, cancellationToken);
        }

        void SayChanged(long at)
        {
            if (at >= 0)
            {
                CountChanged();
                Log.FileRowsChanged(_log, _options.Path, string.Create(CultureInfo.InvariantCulture, $"it was written anew, and differs from byte {at} on"), window.Line - 1);
            }
        }

        // Each block is counted; the first of many is said.
        void SayOverwritten(long at)
        {
            if (at < 0)
            {
                return;
            }

            CountChanged();
            if (overwriteSaid is not { } said || _time.GetElapsedTime(said) >= SayAgain)
            {
                overwriteSaid = _time.GetTimestamp();
                Log.FileRowsChanged(
                    _log,
                    _options.Path,
                    string.Create(CultureInfo.InvariantCulture, $"it was written over in place, within {BlockChecksums.BlockBytes} bytes from byte {at} on and perhaps elsewhere"),
                    window.Line - 1);
            }
        }

        void CountChanged()
        {
            if (CountedFor is { } source)
            {
                Metrics.FileLinesLost(source, 1);
            }
        }

        Parsed Step()
        {
            if (window.Bytes.IsEmpty && !(window.Final && parser.Skipping))
            {
                return Parsed.More;
            }

            var line = window.Line;
            var parsed = parser.Next(window.Bytes, window.Final, line, window.Offset, out var found);
            if (parsed == Parsed.More)
            {
                return parsed;
            }

            window.Advance(found.Consumed, found.Lines);
            if (parsed == Parsed.Record)
            {
                batch.Add(new FileRecord(window.Line - 1, line, window.Offset, window.Resume, found.Data, found.Key, found.Problem, found.Raw.OrNull()));
                bytes += (found.Data?.Length ?? 0) + (found.Raw?.Length ?? 0);
            }

            return parsed;
        }
    }
}
