using System.Runtime.InteropServices;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Native;
using ActorEvents.Telemetry;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Log = ActorEvents.Kafka.Telemetry.Log;

namespace ActorEvents.Kafka.Consumers;

/// <summary>Rebalances and errors. The handlers run inside a read or the close, on the poll thread; none of them ever throws.</summary>
internal sealed partial class ConsumerLoop
{
    private static readonly TimeSpan s_queryTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    private List<TopicPartitionOffset> OnAssigned(List<TopicPartition> partitions)
    {
        _topicNames.Clear();
        if (partitions.Count == 0)
        {
            return [];
        }

        // What was wanted for an earlier assignment came too late for it.
        _offsets.Forget(partitions);
        if (_failure is null && !_shutdown)
        {
            try
            {
                var offsets = StartOffsets(partitions);
                foreach (var offset in offsets)
                {
                    var assigned = Assign(offset.TopicPartition, offset.Offset.Value);
                    if (_stoppedReading)
                    {
                        assigned.Buffer.Close(null);
                    }

                    if (_everHeld.Contains(offset.TopicPartition))
                    {
                        _letGo.Add(offset.TopicPartition);
                    }
                }

                Log.GroupAssigned(_log, _settings.GroupId, Names(partitions));
                return offsets;
            }
            catch (Exception e)
            {
                if (!_shutdown)
                {
                    Fail(e as KafkaConsumerException ?? new KafkaConsumerException(ConsumerFailure.StartOffsets, e.Message, e));
                }
            }
        }

        // The client wants an offset for each. Nothing of it is emitted any more: the consumer is closed as soon as this returns.
        return [.. partitions.Select(p => new TopicPartitionOffset(p, Offset.End))];
    }

    /// <summary>Asks until the deadline.</summary>
    private List<TopicPartitionOffset> StartOffsets(List<TopicPartition> partitions)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_abort.Token);
        deadline.CancelAfter(_settings.AssignTimeout);
        for (var attempt = 1; ; attempt++)
        {
            string reason;
            Exception? cause = null;
            try
            {
                var ask = Task.Run(() => _callbacks.GetOffsetsOnAssign?.Invoke(partitions, deadline.Token) ?? Task.FromResult(GroupStartOffsets(partitions)));
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
                Log.StartOffsetsFailed(_log, partitions.Count, attempt, reason);
                deadline.Token.WaitHandle.WaitOne(Backoff.After(attempt, s_firstPause, s_longestPause));
            }

            if (deadline.IsCancellationRequested)
            {
                throw new KafkaConsumerException(
                    ConsumerFailure.StartOffsets,
                    $"Consumer group {_settings.GroupId}: no start offsets for {Names(partitions)} within {_settings.AssignTimeout.TotalSeconds:0.#} s (assign-timeout): {reason}",
                    cause);
            }
        }
    }

    private IReadOnlyList<TopicPartitionOffset> GroupStartOffsets(List<TopicPartition> partitions)
        => [.. _consumer.Committed(partitions, s_queryTimeout).Select(c => c.Offset != Offset.Unset ? new TopicPartitionOffset(c.TopicPartition, c.Offset) : FirstStart(c.TopicPartition))];

    private TopicPartitionOffset FirstStart(TopicPartition partition)
    {
        var ends = _consumer.QueryWatermarkOffsets(partition, s_queryTimeout);
        return new TopicPartitionOffset(partition, _settings.Start == KafkaStart.Earliest ? ends.Low : ends.High);
    }

    private void OnRevoked(List<TopicPartition> partitions)
    {
        _topicNames.Clear();
        if (partitions.Count == 0)
        {
            return;
        }

        // First drop what was not emitted, or the drain would wait for it; then drain; then commit; then forget.
        foreach (var partition in partitions)
        {
            if (_assigned.TryGetValue(partition, out var assigned))
            {
                assigned.Buffer.Close(_failure);
            }
        }

        var start = _time.GetTimestamp();
        var drained = _failure is not null ? "no, the stream failed" : !_drain ? "not asked for" : Drain(partitions) ? "yes" : "not in time";
        if (_failure is null)
        {
            _offsets.Finish(partitions.Contains);
        }

        Forget(partitions);
        Log.GroupRevoked(_log, _settings.GroupId, Names(partitions), drained, _time.GetElapsedTime(start).TotalMilliseconds);
    }

    private bool Drain(List<TopicPartition> partitions)
    {
        if (_callbacks.OnRevoke is not { } onRevoke)
        {
            return true;
        }

        try
        {
            var drain = Task.Run(() => onRevoke(partitions, _settings.RevokeTimeout), _abort.Token);
            if (drain.Wait(_settings.RevokeTimeout, _abort.Token))
            {
                return true;
            }

            Log.DrainDeadline(_log, _settings.GroupId, Names(partitions), _settings.RevokeTimeout.TotalSeconds);
        }
        catch (OperationCanceledException)
        {
            // Told to close without a drain.
        }
        catch (Exception e)
        {
            Log.CallbackFailed(_log, _settings.GroupId, Names(partitions), ((e as AggregateException)?.InnerException ?? e).Message);
        }

        return false;
    }

    private void OnLost(List<TopicPartition> partitions)
    {
        _topicNames.Clear();
        foreach (var partition in partitions)
        {
            if (_assigned.TryGetValue(partition, out var assigned))
            {
                assigned.Buffer.Close(_failure);
            }
        }

        Forget(partitions);
        Log.GroupLost(_log, _settings.GroupId, Names(partitions));
        Call(() => _callbacks.OnLost?.Invoke(partitions), partitions);
    }

    private void Forget(List<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            if (_assigned.Remove(partition, out var assigned) && assigned.Held)
            {
                _held--;
            }
        }

        _offsets.Forget(partitions);
    }

    private unsafe void OnMessageError(NativeMessage* message)
    {
        var code = message->Error;
        var reason = message->Payload == null ? code.GetReason() : Marshal.PtrToStringUTF8((nint)message->Payload, checked((int)message->PayloadLength));
        var topic = message->Topic == 0 ? null : Marshal.PtrToStringUTF8(Librdkafka.TopicName(message->Topic));
        switch (code)
        {
            case ErrorCode.Local_PartitionEOF:
                break;
            case ErrorCode.Local_MaxPollExceeded:
                Fail(new KafkaConsumerException(ConsumerFailure.MaxPollExceeded, $"Consumer group {_settings.GroupId}: {reason}. The poll thread was held up (a callback, a starved machine); raise max.poll.interval.ms."));
                break;
            case ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange when topic is not null:
                OnOutOfRange(new TopicPartition(topic, message->Partition), reason);
                break;
            case ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition:
                if (_errors.IsWorthSaying(code.ToString()))
                {
                    Log.TopicMissing(_log, topic ?? string.Join(", ", _topics), reason);
                }

                break;
            case ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed:
                Fail(new KafkaConsumerException(ConsumerFailure.Refused, $"Consumer group {_settings.GroupId}, topic {topic ?? string.Join(", ", _topics)}: {reason} ({code}). Grant READ on group and topic."));
                break;
            default:
                OnClientError(new Error(code, reason, code == ErrorCode.Local_Fatal));
                break;
        }
    }

    private void OnClientError(Error error)
    {
        if (!error.IsFatal && error.Code != ErrorCode.FencedInstanceId)
        {
            if (_errors.IsWorthSaying(error.Code.ToString()))
            {
                Log.ClientError(_log, _settings.GroupId, error.Code.ToString(), error.Reason);
            }

            _suspect |= error.Code == ErrorCode.Local_AllBrokersDown;
            return;
        }

        var fenced = error.Code is ErrorCode.FencedInstanceId or ErrorCode.UnreleasedInstanceId || error.Reason.Contains("instance", StringComparison.OrdinalIgnoreCase);
        Fail(fenced
            ? new KafkaConsumerException(ConsumerFailure.Fenced, $"Consumer group {_settings.GroupId}: another member uses instance id '{_settings.InstanceId}': {error.Reason}. Each node needs its own (was a data folder copied?).")
            : new KafkaConsumerException(ConsumerFailure.Fatal, $"Consumer group {_settings.GroupId}: {error.Reason} ({error.Code})."));
    }

    /// <summary>Before anything of a broker that was away is emitted; not in a handler, so it may take its time.</summary>
    private void CheckTopics()
    {
        _suspect = false;
        if (_callbacks.OnBrokersBack is not { } check || _assigned.Count == 0)
        {
            return;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_abort.Token);
        deadline.CancelAfter(_settings.AssignTimeout);
        TopicPartition[] partitions = [.. _assigned.Keys];
        try
        {
            Task.Run(() => check(partitions, deadline.Token)).Wait(deadline.Token);
        }
        catch (Exception e)
        {
            var cause = (e as AggregateException)?.InnerException ?? e;
            Fail(new KafkaConsumerException(ConsumerFailure.TopicsChanged, $"Consumer group {_settings.GroupId}: after the brokers were away: {cause.Message}", cause));
        }
    }

    /// <summary>The wanted offset is not there: too old, and the loss is reported; or beyond the end, and the stream fails.</summary>
    private void OnOutOfRange(TopicPartition partition, string reason)
    {
        if (!_assigned.TryGetValue(partition, out var assigned))
        {
            return;
        }

        var wanted = assigned.Next;
        WatermarkOffsets ends;
        try
        {
            ends = _consumer.QueryWatermarkOffsets(partition, s_queryTimeout);
        }
        catch (KafkaException e)
        {
            Fail(new KafkaConsumerException(ConsumerFailure.Fatal, $"{partition}: offset {wanted} is not there ({reason}), and the ends of the log cannot be asked for: {e.Message}", e));
            return;
        }

        if (wanted > ends.High.Value)
        {
            Fail(new KafkaConsumerException(
                ConsumerFailure.LogTruncated,
                $"{partition}: offset {wanted} is wanted, but the log ends at {ends.High.Value}: it was cut (unclean leader election) or replaced. Going on would take other records for known ones; give the source a new name to read the log anew."));
            return;
        }

        if (wanted < ends.Low.Value)
        {
            var gone = new RecordsGone(partition, wanted, ends.Low.Value);
            Log.RecordsGone(_log, partition.Topic, partition.Partition.Value, gone.Wanted, gone.First, gone.Lost);
            Call(() => _callbacks.OnRecordsGone?.Invoke(gone), [partition]);
            assigned.Next = ends.Low.Value;
        }

        // Between the two: it was there again when the ends were asked for.
        try
        {
            Reassign(assigned);
        }
        catch (KafkaException e)
        {
            Fail(new KafkaConsumerException(ConsumerFailure.Fatal, $"{partition}: cannot go on at offset {assigned.Next}: {e.Message}", e));
        }
    }

    /// <summary>Starts a partition anew at its next offset. Not by Seek, which the client refuses while the partition stands still after an error.</summary>
    private void Reassign(AssignedPartition assigned)
    {
        var partition = assigned.Buffer.Partition;
        try
        {
            _consumer.IncrementalUnassign([partition]);
            _consumer.IncrementalAssign([new TopicPartitionOffset(partition, assigned.Next)]);
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_State)
        {
            // An assignor of the older kind: only the whole assignment can be set.
            _consumer.Assign(_assigned.Values.Select(a => new TopicPartitionOffset(a.Buffer.Partition, a.Next)));
            _letGo.AddRange(_assigned.Keys.Where(_everHeld.Contains));
        }

        if (_everHeld.Contains(partition))
        {
            _letGo.Add(partition);
        }
    }

    private void Call(Action callback, List<TopicPartition> partitions)
    {
        try
        {
            callback();
        }
        catch (Exception e)
        {
            Log.CallbackFailed(_log, _settings.GroupId, Names(partitions), e.Message);
        }
    }

    private static string Names(IEnumerable<TopicPartition> partitions)
        => string.Join("; ", partitions.GroupBy(p => p.Topic, StringComparer.Ordinal).Select(g => $"{g.Key} [{string.Join(", ", g.Select(p => p.Partition.Value).Order())}]"));
}
