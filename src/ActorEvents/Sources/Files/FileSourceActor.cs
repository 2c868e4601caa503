using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Retries;
using ActorEvents.Telemetry;
using Akka.Actor;
using Akka.Streams.Dsl;

namespace ActorEvents.Sources.Files;

/// <summary>
/// Finds out which stream the file is and reads it. What is wrong with the file (missing, no usable header, truncated, replaced) ends the lane in an orderly way,
/// so that what was read is settled and committed; then the file is looked at again with back-off, and the problem is said at most once a minute.
/// </summary>
internal sealed class FileSourceActor : SourceActor
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SayAgain = TimeSpan.FromMinutes(1);
    private static readonly byte[] Structured = RawHeaders.Pack(new KeyValuePair<string, byte[]?>("content-type", "application/cloudevents+json"u8.ToArray()));

    private readonly FileReadOptions _options;
    private readonly RecordMapping _mapping;
    private readonly Action<string?> _report;
    private string? _problem;
    private string? _said;
    private long _saidAt;
    private int _failures;

    public FileSourceActor(SourceContext context, FileReadOptions options, RecordMapping mapping, Action<string?> report)
        : base(context)
    {
        _report = report;
        _options = options;
        _mapping = mapping;
        Receive<Open>(_ => FindAsync().PipeTo(Self));
        Receive<FoundFile>(OnFound);
        Receive<EmptyFile>(_ => OnProblem($"The file '{options.Path}' is empty; it is read once something stands in it", holdsUp: false));
        Receive<Problem>(m => OnProblem(m.Reason));
        Receive<Interrupted>(m => _problem = m.Reason);
    }

    protected override void PreStart() => Self.Tell(Open.Instance);

    /// <summary>From now on another node may read the file.</summary>
    protected override void PostStop()
    {
        _report(null);
        base.PostStop();
    }

    protected override void OnCompleted(StreamId stream, long next)
    {
        if (_problem is { } problem)
        {
            _problem = null;
            OnProblem(problem);
            return;
        }

        _failures = 0;
        Log.FileFinished(Logger, _options.Path, next - 1);
    }

    protected override void OnCommitted(StreamId stream, long next) => _failures = 0;

    /// <summary>Looks at the file as at the start; what was wrong with it is found again.</summary>
    protected override void ReopenLane(StreamId stream)
    {
        _problem = null;
        Self.Tell(Open.Instance);
    }

    private void OnFound(FoundFile found)
    {
        if (Draining)
        {
            return;
        }

        if (found.IsNew)
        {
            Log.FileIsNew(Logger, _options.Path, found.Stream.Name);
        }

        _report(null);
        var self = Self;
        OpenLane(
            found.Stream,
            found.Start,
            Akka.Streams.Dsl.Source.FromGraph(new AsyncBatchStage<IReadOnlyList<SourceRecord>>(stop => RecordsAsync(found, self, stop))));
    }

    /// <param name="holdsUp">False: nothing is wrong, there is only nothing to read.</param>
    private void OnProblem(string problem, bool holdsUp = true)
    {
        if (Draining)
        {
            return;
        }

        _report(holdsUp ? problem : null);
        var pause = Backoff.After(++_failures, FirstPause, MaxPause);
        if (_said != problem || Source.Time.GetElapsedTime(_saidAt) >= SayAgain)
        {
            (_said, _saidAt) = (problem, Source.Time.GetTimestamp());
            Log.FileProblem(Logger, Source.Name, MaxPause.TotalSeconds, problem);
        }

        Timers.StartSingleTimer(Open.Instance, Open.Instance, pause);
    }

    private async Task<object> FindAsync()
    {
        try
        {
            var found = await FoundFile.FindAsync(Source.Name, _options.Path, Source.Positions, CancellationToken.None);
            if (found is null)
            {
                return EmptyFile.Instance;
            }

            if (found.IsNew)
            {
                // The start is committed at once: the row is also where the hashed length is kept.
                await Source.Positions.RaiseAsync([found.Start], CancellationToken.None);
            }

            return found;
        }
        catch (Exception e)
        {
            return new Problem(e.Message);
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<SourceRecord>> RecordsAsync(FoundFile found, IActorRef self, [EnumeratorCancellation] CancellationToken stop)
    {
        var decoder = _options.Format == FileFormat.CloudEvents ? new RecordDecoder(_mapping, found.Stream) : null;
        var reader = new FileRecords(_options, Source.Time, Logger, found.Identity.Verify);
        await using var batches = reader.ReadAsync(found.Start.Next, found.Start.Resume, stop).GetAsyncEnumerator(stop);
        while (true)
        {
            try
            {
                if (!await batches.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (Exception e) when (e is IOException or FileFormatException or UnauthorizedAccessException)
            {
                // Told before the stream ends, so it is there when the lane has completed.
                self.Tell(new Interrupted(e.Message));
                yield break;
            }

            yield return Records(batches.Current, found, decoder);
        }
    }

    private SourceRecord[] Records(IReadOnlyList<FileRecord> batch, FoundFile found, RecordDecoder? decoder)
    {
        var records = new SourceRecord[batch.Count];
        for (var i = 0; i < records.Length; i++)
        {
            var record = batch[i];
            var position = new EventPosition(found.Stream, record.Line);
            records[i] = record.Problem is { } problem
                ? new SourceRecord(record.Line, null, new DeadLetter(position, problem, null, record.Raw, []), record.Resume)
                : decoder is null
                    ? new SourceRecord(record.Line, Event(record, position, found.Identity.Id), null, record.Resume)
                    : Decode(record, decoder);
        }

        return records;
    }

    /// <summary>A line that is a CloudEvent, read as a broker's record in structured mode is.</summary>
    private static SourceRecord Decode(in FileRecord record, RecordDecoder decoder)
    {
        var key = record.Key is null ? null : Encoding.UTF8.GetBytes(record.Key);
        var raw = new RawRecord(record.Line, key, key is not null, record.Data.Span, hasValue: true, new RawHeaders(Structured, 1));
        return decoder.TryDecode(in raw, out var envelope, out var failure)
            ? new SourceRecord(record.Line, envelope, null, record.Resume)
            : new SourceRecord(record.Line, null, decoder.Refuse(in raw, failure), record.Resume);
    }

    private EventEnvelope Event(in FileRecord record, EventPosition position, string fileId) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{fileId}/{record.Line}"),
        Source = _mapping.Source,
        Type = _mapping.Type,
        DataContentType = _mapping.DataContentType,
        Data = record.Data,
        Key = record.Key,
        Origin = new EventOrigin(fileId, record.Line),
        Position = position,
        Size = record.Data.Length,
    };

    private sealed record Open
    {
        public static Open Instance { get; } = new();
    }

    private sealed record EmptyFile
    {
        public static EmptyFile Instance { get; } = new();
    }

    private sealed record Problem(string Reason);

    private sealed record Interrupted(string Reason);
}
