using ActorEvents.Kafka.Clients;
using ActorEvents.Tests.Sources;
using Confluent.Kafka;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Kafka.Clients;

public sealed class BrokerWatchTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly SourceKit.RecordedLog _log = new();
    private volatile bool _away = true;
    private int _asked;
    private int _late;

    [Fact]
    public async Task A_broker_that_is_away_is_asked_again_and_again_but_complained_of_rarely()
    {
        using var watch = Watch();
        watch.Heard("Connection refused");
        var waiting = watch.AnsweredAsync(CancellationToken.None);
        for (var i = 1; i <= 40; i++)
        {
            await Poll.UntilAsync(
                () =>
                {
                    _time.Advance(TimeSpan.FromSeconds(5));
                    return _asked > i;
                },
                "the next question");
        }

        Assert.False(waiting.IsCompleted);
        Assert.Equal("cannot reach Kafka at kafka:9092 (Connection refused); check kafka.bootstrap-servers, and that the broker runs and is reached from here", watch.Problem);
        Assert.True(watch.IsOverdue);
        Assert.InRange(_log.Lines.Count, 2, 20);
        Assert.All(_log.Lines, l => Assert.Contains("kafka:9092 (", l, StringComparison.Ordinal));

        _away = false;
        await Poll.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(5));
                return waiting.IsCompleted;
            },
            "the answer");
        Assert.Null(watch.Problem);
        Assert.False(watch.IsOverdue);
        Assert.Contains("reached again", _log.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspicion_that_the_broker_denies_is_not_worth_a_word()
    {
        _away = false;
        using var watch = Watch();
        await watch.AnsweredAsync(CancellationToken.None);

        watch.Suspect();
        await watch.AnsweredAsync(CancellationToken.None);

        Assert.Equal(2, _asked);
        Assert.Null(watch.Problem);
        Assert.Empty(_log.Lines);
    }

    /// <summary>A stopped process keeps its connections: no client said anything of it for a minute.</summary>
    [Fact]
    public async Task A_broker_that_hangs_is_named_though_no_client_says_anything()
    {
        _away = false;
        using var watch = Watch(new KafkaException(new Error(ErrorCode.Local_TimedOut, "no answer")));
        await watch.AnsweredAsync(CancellationToken.None);

        _away = true;
        await Poll.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return watch.IsOverdue;
            },
            "the overdue answer");
        Assert.StartsWith("Kafka at kafka:9092 does not answer: it hangs,", watch.Problem, StringComparison.Ordinal);
        Assert.Contains(_log.Lines, l => l.Contains("it hangs", StringComparison.Ordinal));
        Assert.False(watch.AnsweredAsync(CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task One_answer_that_is_late_is_no_problem()
    {
        _away = false;
        using var watch = Watch();
        await watch.AnsweredAsync(CancellationToken.None);

        Volatile.Write(ref _late, 1);
        for (var asked = _asked; _asked < asked + 4;)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(0, _late);
        Assert.Null(watch.Problem);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Before_the_first_answer_there_is_a_problem_already_and_its_end_ends_who_waits()
    {
        var watch = new BrokerWatch(() => new TaskCompletionSource().Task, "kafka:9092", _time, _log);
        var waiting = watch.AnsweredAsync(CancellationToken.None);
        Assert.Equal("Kafka at kafka:9092 has not answered yet", watch.Problem);
        Assert.False(watch.IsOverdue);

        watch.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private BrokerWatch Watch(Exception? failure = null) => new(
        () =>
        {
            Interlocked.Increment(ref _asked);
            return _away || Interlocked.Exchange(ref _late, 0) == 1 ? Task.FromException(failure ?? new TimeoutException("no answer")) : Task.CompletedTask;
        },
        "kafka:9092",
        _time,
        _log);
}
