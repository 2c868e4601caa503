using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ActorEvents.Events;
using ActorEvents.Events.Codecs;
using ActorEvents.Journal.Stores;
using ActorEvents.Retries;
using ActorEvents.Telemetry;
using Akka.Actor;

namespace ActorEvents.Sources.Timers;

/// <summary>Reads a clock: the one lane of a timer.</summary>
internal sealed class TimerSourceActor : SourceActor
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(10);

    private readonly StreamId _stream;
    private readonly Ticks _ticks;
    private readonly RecordMapping _mapping;
    private readonly string _key;
    private int _failures;

    public TimerSourceActor(SourceContext context, StreamId stream, Ticks ticks, RecordMapping mapping, string key)
        : base(context)
    {
        _stream = stream;
        _ticks = ticks;
        _mapping = mapping;
        _key = key;
        Receive<Open>(_ => StartAsync().PipeTo(Self));
        Receive<CommittedPosition>(start =>
        {
            if (!Draining)
            {
                OpenLane(stream, start, Akka.Streams.Dsl.Source.FromGraph(new AsyncBatchStage<IReadOnlyList<SourceRecord>>(stop => TicksAsync(start.Next, stop))));
            }
        });
        Receive<Failed>(m =>
        {
            var pause = Backoff.After(++_failures, FirstPause, MaxPause);
            Log.TimerNotStarted(Logger, Source.Name, pause.TotalMilliseconds, m.Reason);
            Timers.StartSingleTimer(Open.Instance, Open.Instance, pause);
        });
    }

    protected override void PreStart() => Self.Tell(Open.Instance);

    protected override void ReopenLane(StreamId stream) => Self.Tell(Open.Instance);

    private async Task<object> StartAsync()
    {
        try
        {
            if (await Source.Positions.ReadAsync(_stream.Name, CancellationToken.None) is { } committed)
            {
                return committed;
            }

            // A new timer begins now. Committed at once, so that a tick that is missed before the first commit is known to be one.
            var start = new CommittedPosition(_stream.Name, Now());
            await Source.Positions.RaiseAsync([start], CancellationToken.None);
            return start;
        }
        catch (Exception e)
        {
            return new Failed(e.Message);
        }
    }

    /// <summary>Asked for a batch only while there is credit: what became due meanwhile is missed but for the last.</summary>
    private async IAsyncEnumerable<IReadOnlyList<SourceRecord>> TicksAsync(long next, [EnumeratorCancellation] CancellationToken stop)
    {
        while (true)
        {
            var now = Now();
            if (_ticks.Last(next, now) is { } due)
            {
                next = due + 1;
                yield return [new SourceRecord(due, Tick(due), null)];
            }
            else
            {
                await Task.Delay(_ticks.Wait(next, now), Source.Time, stop);
            }
        }
    }

    private EventEnvelope Tick(long due)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(due).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var data = Encoding.UTF8.GetBytes($$"""{"due":"{{time}}"}""");
        return new EventEnvelope
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{_stream.Name}/{due}"),
            Source = _mapping.Source,
            Type = _mapping.Type,
            Time = time,
            DataContentType = _mapping.DataContentType,
            Data = data,
            Key = _key,
            Origin = new EventOrigin(_stream.Name, due),
            Position = new EventPosition(_stream, due),
            Size = data.Length + Encoding.UTF8.GetByteCount(_key),
        };
    }

    private long Now() => Source.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record Open
    {
        public static Open Instance { get; } = new();
    }

    private sealed record Failed(string Reason);
}
