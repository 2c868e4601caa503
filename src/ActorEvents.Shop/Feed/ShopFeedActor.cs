using System.Globalization;
using ActorEvents.Events;
using ActorEvents.Journal.Stores;
using ActorEvents.Shop.Contract;
using ActorEvents.Shop.Telemetry;
using ActorEvents.Sources;
using ActorEvents.Sources.Files;
using Akka;
using Akka.Actor;
using Akka.Streams;
using Akka.Streams.Dsl;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Shop.Feed;

/// <summary>Runs the feed's graph: file → lines → produced, acknowledged → position stored, for as many lines at once as have come meanwhile.</summary>
internal sealed class ShopFeedActor : SourceActor
{
    private static readonly TimeSpan TopicCheck = TimeSpan.FromSeconds(5);
    private const int MostLines = 1_000;
    private readonly ShopFeed _feed;
    private readonly ILogger _log;
    private UniqueKillSwitch? _running;
    private Task _done = Task.CompletedTask;
    private string _topicId = "";

    public ShopFeedActor(SourceContext context, ShopFeed feed)
        : base(context)
    {
        _feed = feed;
        _log = context.Logging.CreateLogger("ActorEvents.Shop.Feed");
        Receive<Begin>(m => Run(m.TopicId, m.From));
        Receive<Completed>(_ =>
        {
            _running = null;
            if (!Draining)
            {
                MarkCompleteAsync(_topicId).PipeTo(Self);
            }
        });
        Receive<Marked>(_ =>
        {
            Log.FeedComplete(_log, _feed.Path, Topics.OrderLines);
            Timers.StartSingleTimer(CheckTopic.Instance, CheckTopic.Instance, TopicCheck);
        });
        Receive<CheckTopic>(_ => Locate());
        Receive<Same>(_ => Timers.StartSingleTimer(CheckTopic.Instance, CheckTopic.Instance, TopicCheck));
        Receive<Status.Failure>(m =>
        {
            var cause = (m.Cause as AggregateException)?.InnerException ?? m.Cause;
            throw new InvalidOperationException($"Feeding {_feed.Path} to {Topics.OrderLines} failed: {cause.Message}", cause);
        });
    }

    protected override void PreStart()
    {
        base.PreStart();
        Locate();
    }

    protected override void PostStop()
    {
        _running?.Abort(new OperationCanceledException());
        base.PostStop();
    }

    /// <summary>What is under way to the broker is acknowledged and its position stored first.</summary>
    protected override Task StopReadingAsync()
    {
        _running?.Shutdown();
        return _done;
    }

    private void Locate() => LocateAsync().PipeTo(Self);

    /// <summary>Where to go on in the present incarnation of the topic.</summary>
    private async Task<object> LocateAsync()
    {
        var topicId = await _feed.Producer.TopicIdAsync(Topics.OrderLines, CancellationToken.None);
        if (topicId == _topicId)
        {
            return Same.Instance;
        }

        var name = _feed.PositionName(topicId);
        return new Begin(topicId, await Source.Positions.ReadAsync(name, CancellationToken.None) ?? new CommittedPosition(name, 1));
    }

    private async Task<Marked> MarkCompleteAsync(string topicId)
    {
        await Source.Positions.RaiseAsync([new CommittedPosition(_feed.CompleteName(topicId), 1)], CancellationToken.None);
        return Marked.Instance;
    }

    private void Run(string topicId, CommittedPosition from)
    {
        if (Draining)
        {
            return;
        }

        _topicId = topicId;
        Log.FeedStarts(_log, _feed.Path, from.Next, Topics.OrderLines, topicId);
        var reader = new FileRecords(new FileReadOptions { Path = _feed.Path, KeyColumn = "InvoiceNo", EventsPerSecond = _feed.Rate }, Source.Time, _log);
        var (running, done) = Akka.Streams.Dsl.Source.From(() => reader.ReadAsync(from.Next, from.Resume, CancellationToken.None))
            .SelectMany(batch => batch.Select(Read))
            .Via(Valve<FeedLine>())
            .ViaMaterialized(KillSwitches.Single<FeedLine>(), Keep.Right)
            .Via(_feed.Producer.To(Topics.OrderLines))
            .Batch(MostLines, line => new List<FeedLine> { line }, (lines, line) =>
            {
                lines.Add(line);
                return lines;
            })
            .SelectAsync(1, lines => StoreAsync(from.Stream, lines))
            .ToMaterialized(Sink.Ignore<NotUsed>(), Keep.Both)
            .Run(Source.Materializer);
        (_running, _done) = (running, done);
        done.PipeTo(Self, success: _ => Completed.Instance);
    }

    private async Task<NotUsed> StoreAsync(string positionName, List<FeedLine> lines)
    {
        var dead = new List<DeadLetter>();
        foreach (var (line, e, problem) in lines)
        {
            if (problem is not null)
            {
                dead.Add(Dead(positionName, line.Line, problem, line.Raw ?? e?.Data));
            }
        }

        if (dead.Count > 0)
        {
            Log.FeedDeadLetters(_log, dead.Count, _feed.Path, dead[^1].Position.Number, dead[^1].Reason);
            await Source.StoreDeadLettersAsync(dead, CancellationToken.None);
        }

        var last = lines[^1].Line;
        await Source.Positions.RaiseAsync([new CommittedPosition(positionName, last.Line + 1, last.Resume)], CancellationToken.None);
        return NotUsed.Instance;
    }

    private FeedLine Read(FileRecord line) => new(line, line.Problem is null ? Envelope(line) : null, line.Problem);

    private static DeadLetter Dead(string positionName, long line, string problem, ReadOnlyMemory<byte>? raw) =>
        new(new EventPosition(new StreamId(positionName, positionName), line), problem, null, raw, []);

    private EventEnvelope Envelope(in FileRecord record) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{_feed.FileId}/{record.Line}"),
        Source = "/shop/feed",
        Type = OrderLine.EventType,
        DataContentType = "application/json",
        Data = record.Data,
        Key = record.Key,
        Origin = new EventOrigin(_feed.FileId, record.Line),
        Size = record.Data.Length,
    };

    private sealed record Begin(string TopicId, CommittedPosition From);

    private sealed record Completed
    {
        public static Completed Instance { get; } = new();
    }

    private sealed record Marked
    {
        public static Marked Instance { get; } = new();
    }

    private sealed record CheckTopic
    {
        public static CheckTopic Instance { get; } = new();
    }

    private sealed record Same
    {
        public static Same Instance { get; } = new();
    }
}
