using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Telemetry;
using ActorEvents.Retries;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Consumers;

/// <summary>Where assigned partitions start: asked for until there is an answer for each, or the time is over. The poll thread waits here.</summary>
internal sealed class StartOffsets(KafkaConsumerSettings settings, ConsumerCallbacks callbacks, IConsumer<Ignore, Ignore> consumer, ILogger log)
{
    private static readonly TimeSpan s_queryTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    /// <exception cref="KafkaConsumerException">None within the time, or the consumer is abandoned; never anything else instead of the offsets that were asked for.</exception>
    public List<TopicPartitionOffset> Of(List<TopicPartition> partitions, CancellationToken abandoned)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(abandoned);
        deadline.CancelAfter(settings.AssignTimeout);
        for (var attempt = 1; ; attempt++)
        {
            string reason;
            Exception? cause = null;
            try
            {
                var ask = Task.Run(() => callbacks.GetOffsetsOnAssign?.Invoke(partitions, deadline.Token) ?? Task.FromResult(OfGroup(partitions)));
                ask.Wait(deadline.Token);
                var found = ask.GetAwaiter().GetResult().ToDictionary(o => o.TopicPartition);
                if (found.Count == partitions.Count && partitions.TrueForAll(p => found.TryGetValue(p, out var o) && o.Offset != Offset.Unset && o.Offset != Offset.Stored))
                {
                    return [.. partitions.Select(p => found[p])];
                }

                reason = $"{found.Count} offsets came for {partitions.Count} partitions, or one of them is unset";
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested)
            {
                reason = "no answer";
            }
            catch (Exception e)
            {
                cause = (e as AggregateException)?.InnerException ?? e;
                reason = cause.Message;
            }

            if (!deadline.IsCancellationRequested)
            {
                Log.StartOffsetsFailed(log, partitions.Count, attempt, reason);
                deadline.Token.WaitHandle.WaitOne(Backoff.After(attempt, s_firstPause, s_longestPause));
            }

            if (deadline.IsCancellationRequested)
            {
                throw new KafkaConsumerException(
                    ConsumerFailure.StartOffsets,
                    $"Consumer group {settings.GroupId}: no start offsets for {partitions.Text()} within {settings.AssignTimeout.TotalSeconds:0.#} s (assign-timeout): {reason}",
                    cause);
            }
        }
    }

    private IReadOnlyList<TopicPartitionOffset> OfGroup(List<TopicPartition> partitions)
        => [.. consumer.Committed(partitions, s_queryTimeout).Select(c => c.Offset != Offset.Unset ? new TopicPartitionOffset(c.TopicPartition, c.Offset) : First(c.TopicPartition))];

    private TopicPartitionOffset First(TopicPartition partition)
    {
        var ends = consumer.QueryWatermarkOffsets(partition, s_queryTimeout);
        return new TopicPartitionOffset(partition, settings.Start == KafkaStart.Earliest ? ends.Low : ends.High);
    }
}
