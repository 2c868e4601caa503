using ActorEvents.Kafka.Telemetry;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Consumers;

/// <summary>
/// The group gives partitions and takes them away. The handlers run inside a read or the close, on the poll thread, which waits in them for start offsets and
/// for lanes; none of them ever throws.
/// </summary>
internal sealed class GroupRebalances(
    KafkaConsumerSettings settings,
    ConsumerCallbacks callbacks,
    ConsumerState state,
    AssignedPartitions assigned,
    StartOffsets starts,
    GroupOffsets offsets,
    Action<KafkaConsumerException> fail,
    ILogger log,
    TimeProvider time)
{
    public List<TopicPartitionOffset> OnAssigned(List<TopicPartition> partitions)
    {
        if (partitions.Count == 0)
        {
            return [];
        }

        // What was wanted for an earlier assignment came too late for it.
        offsets.Forget(partitions);
        if (state.IsMember)
        {
            try
            {
                var found = starts.Of(partitions, state.Abandoned);
                foreach (var start in found)
                {
                    assigned.Add(start, idle: state.Phase != ConsumerPhase.Reading);
                    if (start.Offset.Value >= 0)
                    {
                        offsets.Remember(start.TopicPartition, start.Offset.Value);
                    }
                }

                Log.GroupAssigned(log, settings.GroupId, partitions.Text());
                return found;
            }
            catch (Exception e)
            {
                if (state.IsMember)
                {
                    fail(e as KafkaConsumerException ?? new KafkaConsumerException(ConsumerFailure.StartOffsets, e.Message, e));
                }
            }
        }

        // The client wants an offset for each. Nothing of it is emitted any more: the consumer is closed as soon as this returns.
        return [.. partitions.Select(p => new TopicPartitionOffset(p, Offset.End))];
    }

    public void OnRevoked(List<TopicPartition> partitions)
    {
        if (partitions.Count == 0)
        {
            return;
        }

        // First drop what was not emitted, or the drain would wait for it; then drain; then commit; then forget.
        assigned.Close(partitions, state.Failure);
        var start = time.GetTimestamp();
        var drained = state.Failure is not null ? "no, the stream failed" : !state.MayDrain ? "not asked for" : Drain(partitions) ? "yes" : "not in time";
        if (state.Failure is null)
        {
            offsets.Finish(partitions.Contains, GroupOffsets.Patience);
        }

        Forget(partitions);
        Log.GroupRevoked(log, settings.GroupId, partitions.Text(), drained, time.GetElapsedTime(start).TotalMilliseconds);
    }

    public void OnLost(List<TopicPartition> partitions)
    {
        assigned.Close(partitions, state.Failure);
        Forget(partitions);
        Log.GroupLost(log, settings.GroupId, partitions.Text());
        try
        {
            callbacks.OnLost?.Invoke(partitions);
        }
        catch (Exception e)
        {
            Log.CallbackFailed(log, settings.GroupId, partitions.Text(), e.Message);
        }
    }

    private bool Drain(List<TopicPartition> partitions)
    {
        if (callbacks.OnRevoke is not { } onRevoke)
        {
            return true;
        }

        try
        {
            var drain = Task.Run(() => onRevoke(partitions, settings.RevokeTimeout), state.Abandoned);
            if (drain.Wait(settings.RevokeTimeout, state.Abandoned))
            {
                return true;
            }

            Log.DrainDeadline(log, settings.GroupId, partitions.Text(), settings.RevokeTimeout.TotalSeconds);
        }
        catch (OperationCanceledException)
        {
            // Told to close without a drain.
        }
        catch (Exception e)
        {
            Log.CallbackFailed(log, settings.GroupId, partitions.Text(), ((e as AggregateException)?.InnerException ?? e).Message);
        }

        return false;
    }

    private void Forget(List<TopicPartition> partitions)
    {
        assigned.Remove(partitions);
        offsets.Forget(partitions);
    }
}
