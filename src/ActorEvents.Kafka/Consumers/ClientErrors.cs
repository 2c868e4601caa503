using System.Runtime.InteropServices;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Native;
using ActorEvents.Kafka.Telemetry;
using ActorEvents.Retries;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Consumers;

/// <summary>What the client reports instead of records: waited out, said, or the end of the stream. Poll thread only.</summary>
internal sealed class ClientErrors(
    KafkaConsumerSettings settings,
    IReadOnlyList<string> topics,
    ConsumerCallbacks callbacks,
    ConsumerState state,
    AssignedPartitions assigned,
    IConsumer<Ignore, Ignore> consumer,
    Action<KafkaConsumerException> fail,
    ILogger log,
    TimeProvider time)
{
    private static readonly TimeSpan s_queryTimeout = TimeSpan.FromSeconds(5);

    private readonly RepeatedErrors _errors = new(time);
    private bool _brokersWereAway;

    /// <summary>The client's error callback.</summary>
    public void OnClient(Error error)
    {
        if (!error.IsFatal && error.Code != ErrorCode.FencedInstanceId)
        {
            if (_errors.IsWorthSaying(error.Code.ToString()))
            {
                Log.ClientError(log, settings.GroupId, error.Code.ToString(), error.Reason);
            }

            _brokersWereAway |= error.Code == ErrorCode.Local_AllBrokersDown;
            return;
        }

        var fenced = error.Code is ErrorCode.FencedInstanceId or ErrorCode.UnreleasedInstanceId || error.Reason.Contains("instance", StringComparison.OrdinalIgnoreCase);
        Fail(
            fenced ? ConsumerFailure.Fenced : ConsumerFailure.Fatal,
            fenced
                ? $"another member uses instance id '{settings.InstanceId}': {error.Reason}. Each node needs its own (was a data folder copied?)."
                : $"{error.Reason} ({error.Code}).");
    }

    /// <summary>An error in the place of a record.</summary>
    public unsafe void OnMessage(NativeMessage* message)
    {
        var code = message->Error;
        var reason = message->Payload == null ? code.GetReason() : Marshal.PtrToStringUTF8((nint)message->Payload, checked((int)message->PayloadLength));
        var topic = message->Topic == 0 ? null : Marshal.PtrToStringUTF8(Librdkafka.TopicName(message->Topic));
        switch (code)
        {
            case ErrorCode.Local_MaxPollExceeded:
                Fail(ConsumerFailure.MaxPollExceeded, $"{reason}. The poll thread was held up (a callback, a starved machine); raise max.poll.interval.ms.");
                break;
            case ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange when topic is not null:
                OnOutOfRange(new TopicPartition(topic, message->Partition), reason);
                break;
            case ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition:
                if (_errors.IsWorthSaying(code.ToString()))
                {
                    Log.TopicMissing(log, topic ?? string.Join(", ", topics), reason);
                }

                break;
            case var _ when AccessRights.IsMissing(code):
                var resource = code == ErrorCode.GroupAuthorizationFailed ? "group " + settings.GroupId : "topic " + (topic ?? string.Join(", ", topics));
                Fail(ConsumerFailure.Refused, AccessRights.Explain(new Error(code, reason), "Read", resource).Reason);
                break;
            default:
                OnClient(new Error(code, reason, code == ErrorCode.Local_Fatal));
                break;
        }
    }

    /// <summary>
    /// Before anything of a broker that was away is emitted, its topics are checked. Not in a handler, so it may take its time.
    /// </summary>
    public void CheckTopics()
    {
        if (!_brokersWereAway)
        {
            return;
        }

        _brokersWereAway = false;
        AreSameTopics("after the brokers were away");
    }

    /// <summary>False: they are not, or it could not be told, and the stream has failed.</summary>
    private bool AreSameTopics(string when)
    {
        if (callbacks.OnBrokersBack is not { } check || assigned.Names.Count == 0)
        {
            return true;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(state.Abandoned);
        deadline.CancelAfter(settings.AssignTimeout);
        TopicPartition[] partitions = [.. assigned.Names];
        try
        {
            Task.Run(() => check(partitions, deadline.Token)).Wait(deadline.Token);
            return true;
        }
        catch (Exception e)
        {
            var cause = (e as AggregateException)?.InnerException ?? e;
            Fail(ConsumerFailure.TopicsChanged, $"{when}: {cause.Message}", cause);
            return false;
        }
    }

    /// <summary>The wanted offset is not there: too old, and the loss is reported; or beyond the end, and the stream fails.</summary>
    private void OnOutOfRange(TopicPartition partition, string reason)
    {
        if (assigned.Find(partition) is not { } reading)
        {
            return;
        }

        // First whether it is the same log at all: a topic that was re-created is shorter, too, and may lack the partition.
        if (!AreSameTopics($"{partition} has no offset {reading.Next}"))
        {
            return;
        }

        var wanted = reading.Next;
        WatermarkOffsets ends;
        try
        {
            ends = consumer.QueryWatermarkOffsets(partition, s_queryTimeout);
        }
        catch (KafkaException e)
        {
            fail(new KafkaConsumerException(ConsumerFailure.Fatal, $"{partition}: offset {wanted} is not there ({reason}), and the ends of the log cannot be asked for: {e.Message}", e));
            return;
        }

        if (wanted > ends.High.Value)
        {
            fail(new KafkaConsumerException(
                ConsumerFailure.LogTruncated,
                $"{partition}: offset {wanted} is wanted, but the log ends at {ends.High.Value}: it was cut (unclean leader election) or replaced. Going on would take other records for known ones; give the source a new name to read the log from its beginning."));
            return;
        }

        if (wanted < ends.Low.Value)
        {
            Report(new RecordsGone(partition, wanted, ends.Low.Value));
            reading.Next = ends.Low.Value;

            // The position is raised, or the same would be said at each start for as long as nothing new comes.
            reading.Buffer.Offer(new KafkaRecordBatch(reading.Next));
        }

        // Between the two: it was there again when the ends were asked for.
        try
        {
            assigned.Reassign(reading);
        }
        catch (KafkaException e)
        {
            fail(new KafkaConsumerException(ConsumerFailure.Fatal, $"{partition}: cannot go on at offset {reading.Next}: {e.Message}", e));
        }
    }

    private void Report(RecordsGone gone)
    {
        Log.RecordsGone(log, gone.Partition.Topic, gone.Partition.Partition.Value, gone.Wanted, gone.First, gone.Lost);
        try
        {
            callbacks.OnRecordsGone?.Invoke(gone);
        }
        catch (Exception e)
        {
            Log.CallbackFailed(log, settings.GroupId, new[] { gone.Partition }.Text(), e.Message);
        }
    }

    private void Fail(ConsumerFailure failure, string reason, Exception? cause = null)
        => fail(new KafkaConsumerException(failure, $"Consumer group {settings.GroupId}: {reason}", cause));
}
