using System.Globalization;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Destinations;

/// <summary>
/// What one client is handed of a topic's lists, until the client ends or a record fails. Reports come on the client's thread.
/// </summary>
/// <param name="left">Over when so many records are reported; null: it takes any number.</param>
internal sealed class Round(SentLists lists, int? left = null)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = left ?? 0;
    private Exception? _failure;

    /// <summary>Completes when nothing more is to be handed over; fails with what makes that nothing is known of the rest.</summary>
    public Task Over => _over.Task;

    /// <summary>The first failure, also of a report that came when the round was over; null: none.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    public void Taken(long number, int partition, long offset)
    {
        if (lists.WentBack(partition, offset) is { } before)
        {
            Fail(new KafkaException(new Error(
                ErrorCode.UnknownTopicId,
                string.Create(CultureInfo.InvariantCulture, $"partition {partition} was at offset {before} and is at {offset}: the topic was re-created, or its log was cut"))));
            return;
        }

        lists.Take(number);
        Reported();
    }

    public void SetAside(long number, string reason)
    {
        lists.SetAside(number, reason);
        Reported();
    }

    /// <summary>Refused, with a batch whose other records may be the reason.</summary>
    public void Refused(long number, string reason)
    {
        lists.Refuse(number, reason);
        Reported();
    }

    /// <summary>Not sent: something in front of it was refused.</summary>
    public void Unsent() => Reported();

    /// <summary>Nothing more is to be handed over: the client sends nothing behind what was refused.</summary>
    public void End() => _over.TrySetResult();

    public void Fail(Exception exception)
    {
        Interlocked.CompareExchange(ref _failure, exception, null);
        _over.TrySetException(exception);
    }

    private void Reported()
    {
        if (left is not null && Interlocked.Decrement(ref _left) == 0)
        {
            _over.TrySetResult();
        }
    }
}
