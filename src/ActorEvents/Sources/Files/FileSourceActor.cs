using System.Globalization;
using System.Runtime.CompilerServices;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Retries;
using ActorEvents.Telemetry;
using Akka.Actor;

namespace ActorEvents.Sources.Files;

/// <summary>
/// Reads the files that stand at a path, one after the other, each a stream with a lane of its own. What is wrong with a file (missing, no usable header, truncated) ends the
/// lane in an orderly way, so that what was read is settled and committed; then the file is looked at again with back-off, and the problem is said at most once a minute. That a
/// followed file is rotated away or cut is no problem, and neither is that a finished one is replaced: the next one is read.
/// </summary>
internal sealed class FileSourceActor : SourceActor
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SayAgain = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MayBeMissing = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FinishedLook = TimeSpan.FromSeconds(1);

    private readonly FileReadOptions _options;
    private readonly FileTrail _trail;
    private readonly FileFinder _finder;
    private readonly FileEvents _events;
    private readonly Action<string?> _report;
    private readonly TimeSpan _lookPause;
    private FoundFile? _reading;
    private FoundFile? _done;
    private FileFacts _read;
    private FileFacts _seen;
    private Exception? _interrupted;
    private string? _unreadable;
    private string? _problem;
    private string? _said;
    private long _saidAt;
    private int _failures;
    private bool _waits;

    public FileSourceActor(SourceContext context, FileReadOptions options, RecordMapping mapping, Action<string?> report)
        : base(context)
    {
        (_report, _options) = (report, options);
        _trail = new FileTrail(options.Path, context.Time);
        _finder = new FileFinder(context, options, _trail, Logger);
        _events = new FileEvents(context, options, mapping, Logger);
        _lookPause = options.Follow || options.PollInterval > FinishedLook ? options.PollInterval : FinishedLook;
        Receive<Open>(_ => FindAsync(_done, _unreadable).PipeTo(Self));
        Receive<FoundFile>(OnFound);
        Receive<EmptyFile>(_ =>
        {
            OnProblem($"The file '{options.Path}' is empty; it is read once something stands in it", holdsUp: false);
            (_done, _unreadable) = (null, null);
        });
        Receive<Problem>(m =>
        {
            _unreadable = m.Unreadable ? m.Reason : null;
            OnProblem(m.Reason);
        });
        Receive<Interrupted>(m => _interrupted = m.Cause);
        Receive<Look>(_ => LookAsync(options.Follow, _trail, _finder, options.Path).PipeTo(Self));
        Receive<Looked>(OnLooked);
    }

    protected override void PreStart()
    {
        Self.Tell(Open.Instance);
        if (_options.Follow)
        {
            LookAgain();
        }
    }

    /// <summary>From now on another node may read the file.</summary>
    protected override void PostStop()
    {
        _report(null);
        _trail.Dispose();
        base.PostStop();
    }

    protected override void OnCompleted(StreamId stream, long next)
    {
        if (_reading is not { } read)
        {
            return;
        }

        _reading = null;
        switch (_interrupted)
        {
            case FileCutException cut when !read.IsRest:
                Log.FileCut(Logger, _options.Path, cut.ReadTo.Line, cut.Had, cut.Has, cut.Message);
                _finder.WasCut(read, cut);
                Self.Tell(Open.Instance);
                break;
            case { } e:
                _unreadable = e is FileFormatException ? e.Message : null;
                OnProblem(e.Message);
                break;
            case null when _options.Follow:
                Log.FileRotated(Logger, _options.Path, next - 1, stream.Name);
                _done = read;
                Self.Tell(Open.Instance);
                break;
            default:
                _failures = 0;
                Log.FileFinished(Logger, _options.Path, next - 1);
                _seen = _read = FileFacts.Of(read.File.Handle);
                _trail.Close();
                LookAgain();
                break;
        }

        _interrupted = null;
    }

    protected override void OnCommitted(StreamId stream, long next) => _failures = 0;

    /// <summary>Looks at the file as at the start; what was wrong with it is found again.</summary>
    protected override void ReopenLane(StreamId stream)
    {
        (_reading, _interrupted) = (null, null);
        Self.Tell(Open.Instance);
    }

    private void OnFound(FoundFile found)
    {
        (_done, _unreadable) = (null, null);
        if (Draining)
        {
            return;
        }

        if (found.IsNew)
        {
            Log.FileIsNew(Logger, _options.Path, found.Stream.Name);
        }

        Report(null);
        (_reading, _waits) = (found, false);
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

        Report(holdsUp ? problem : null);
        Say(problem);
        if (!_options.Follow)
        {
            _trail.Close();
        }

        if (_options.Follow && !holdsUp)
        {
            _waits = true;
            return;
        }

        Timers.StartSingleTimer(Open.Instance, Open.Instance, Backoff.After(++_failures, FirstPause, MaxPause));
    }

    private void Say(string problem)
    {
        if (_said != problem || Source.Time.GetElapsedTime(_saidAt) >= SayAgain)
        {
            (_said, _saidAt) = (problem, Source.Time.GetTimestamp());
            Log.FileProblem(Logger, Source.Name, MaxPause.TotalSeconds, problem);
        }
    }

    private void Report(string? problem)
    {
        _problem = problem;
        _report(problem);
    }

    private void LookAgain() => Timers.StartSingleTimer(Look.Instance, Look.Instance, _lookPause);

    private void OnLooked(Looked look)
    {
        if (Draining)
        {
            return;
        }

        if (!_options.Follow)
        {
            // One that is just being written is left alone until it has been the same at two looks.
            if (look.Facts is { } facts && IsOther(facts, _read) && !IsOther(facts, _seen))
            {
                Self.Tell(Open.Instance);
                return;
            }

            _seen = look.Facts ?? _seen;
            LookAgain();
            return;
        }

        if (_waits && (_trail.Next is not null || _trail.Current is { Length: > 0 }))
        {
            _waits = false;
            Self.Tell(Open.Instance);
        }
        else if (_unreadable is not null && _trail.Superseded >= _options.RotateWait && Timers.IsTimerActive(Open.Instance))
        {
            Timers.Cancel(Open.Instance);
            Self.Tell(Open.Instance);
        }

        // The file that is being read goes on meanwhile; what is at its path now cannot be read yet.
        var problem = look.Problem ?? (_trail.Missing < MayBeMissing ? null : string.Create(
            CultureInfo.InvariantCulture, $"Nothing stands at '{_options.Path}' any more; what was read of the file that stood there stays. Put a file there, or take the source out"));
        if (problem is not null)
        {
            Say(problem);
        }

        _report(_problem ?? problem);
        LookAgain();
    }

    private static bool IsOther(in FileFacts one, in FileFacts other) => !one.IsSameFile(other) || one.Length != other.Length || one.Changed != other.Changed;

    private async Task<object> FindAsync(FoundFile? done, string? unreadable)
    {
        try
        {
            if (done is not null)
            {
                await _finder.DoneAsync(done);
            }

            if (unreadable is not null)
            {
                await _finder.GiveUpAsync(unreadable);
            }

            return await _finder.FindAsync() ?? (object)EmptyFile.Instance;
        }
        catch (Exception e)
        {
            return new Problem(e.Message, e is FileFormatException);
        }
    }

    private static Task<Looked> LookAsync(bool follow, FileTrail trail, FileFinder finder, string path) => Task.Run(async () =>
    {
        try
        {
            if (!follow)
            {
                return new Looked(FileFacts.Of(path), null);
            }

            trail.Look();
            await finder.CountLateAsync();
            return new Looked(null, trail.Problem);
        }
        catch (Exception e)
        {
            return new Looked(null, e.Message);
        }
    });

    private async IAsyncEnumerable<IReadOnlyList<SourceRecord>> RecordsAsync(FoundFile found, IActorRef self, [EnumeratorCancellation] CancellationToken stop)
    {
        await using var batches = _events.ReadAsync(found, _options.Follow && !found.IsRest ? _trail : null, stop).GetAsyncEnumerator(stop);
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
                self.Tell(new Interrupted(e));
                yield break;
            }

            yield return batches.Current;
        }
    }

    private sealed record Open
    {
        public static Open Instance { get; } = new();
    }

    private sealed record Look
    {
        public static Look Instance { get; } = new();
    }

    /// <param name="Facts">Of the path, where a finished file stood.</param>
    private sealed record Looked(FileFacts? Facts, string? Problem);

    private sealed record EmptyFile
    {
        public static EmptyFile Instance { get; } = new();
    }

    /// <param name="Unreadable">The file is there, and no setting makes it readable.</param>
    private sealed record Problem(string Reason, bool Unreadable);

    private sealed record Interrupted(Exception Cause);
}
