using System.Runtime.InteropServices;
using ActorEvents.Kafka.Native;
using ActorEvents.Telemetry;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Log = ActorEvents.Kafka.Telemetry.Log;

namespace ActorEvents.Kafka.Consumers;

/// <summary>
/// The one thread that owns a consumer: reads its native queue in batches, sorts records into partition buffers, holds back partitions whose buffer is
/// full, serves rebalances (in the other part of this class). It ends by closing the consumer, whatever happened, and says with what.
/// </summary>
internal sealed partial class ConsumerLoop : IConsumerControl
{
    private const int MostPerRead = 1_000;
    private const int LongestWaitMs = 500;

    private readonly KafkaConsumerSettings _settings;
    private readonly IReadOnlyList<string> _topics;
    private readonly ConsumerCallbacks _callbacks;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly RepeatedErrors _errors;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _abort = new();
    private readonly Dictionary<TopicPartition, AssignedPartition> _assigned = [];
    private readonly Dictionary<nint, string> _topicNames = [];
    private readonly HashSet<TopicPartition> _everHeld = [];
    private readonly List<TopicPartition> _letGo = [];
    private readonly BatchBuilder _builder = new();
    private readonly Thread _thread;

    private IConsumer<Ignore, Ignore> _consumer = null!;
    private NativeReader? _reader;
    private GroupOffsets _offsets = null!;
    private Action<PartitionBuffer> _onAssigned = _ => { };
    private Exception? _failure;
    private int _signalled;
    private volatile bool _stopReading;
    private volatile bool _shutdown;
    private volatile bool _drain = true;
    private bool _stoppedReading;
    private bool _suspect;
    private int _held;
    private long _groupCommitAt;

    public ConsumerLoop(KafkaConsumerSettings settings, IReadOnlyList<string> topics, ConsumerCallbacks callbacks, ILogger log, TimeProvider time)
    {
        _settings = settings;
        _topics = topics;
        _callbacks = callbacks;
        _log = log;
        _time = time;
        _errors = new RepeatedErrors(time);
        _thread = new Thread(Run) { IsBackground = true, Name = $"kafka-consumer-{settings.GroupId}" };
    }

    public Task Completion => _completion.Task;

    /// <summary>Starts the thread; <paramref name="onAssigned"/> gets the buffer of each assignment, on that thread.</summary>
    public void Start(Action<PartitionBuffer> onAssigned)
    {
        _onAssigned = onAssigned;
        _thread.Start();
    }

    public void StopReading()
    {
        _stopReading = true;
        Wake();
    }

    public Task ShutdownAsync(bool drain = true)
    {
        if (!drain)
        {
            _drain = false;
            _abort.Cancel();
        }

        _shutdown = true;
        Wake();
        return Completion;
    }

    public void CommitForTools(TopicPartition partition, long next) => _offsets?.Remember(partition, next);

    private void Wake()
    {
        Interlocked.Exchange(ref _signalled, 1);
        _reader?.Wake();
    }

    private void Run()
    {
        try
        {
            Open();
            while (!_shutdown && _failure is null)
            {
                Turn();
            }
        }
        catch (Exception e)
        {
            Fail(e as KafkaConsumerException ?? new KafkaConsumerException(ConsumerFailure.PollThread, $"The poll thread of consumer group {_settings.GroupId} ended: {e.Message}", e));
        }

        CloseConsumer();
        if (_failure is null)
        {
            _completion.TrySetResult();
        }
        else
        {
            _completion.TrySetException(_failure);

            // Who did not ask for Completion sees the failure in the stream.
            _ = _completion.Task.Exception;
        }
    }

    private void Open()
    {
        KafkaNative.EnsureVersion();
        _consumer = new ConsumerBuilder<Ignore, Ignore>(_settings.ToClientConfig())
            .SetErrorHandler((_, e) => OnClientError(e))
            .SetLogHandler((_, m) => Log.ClientLog(_log, m.Name, m.Facility, m.Message))
            .SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => OnRevoked([.. partitions.Select(p => p.TopicPartition)]))
            .SetPartitionsLostHandler((_, partitions) => OnLost([.. partitions.Select(p => p.TopicPartition)]))
            .Build();
        _offsets = new GroupOffsets(_consumer, _log);
        _reader = new NativeReader(_consumer, MostPerRead);
        _groupCommitAt = _time.GetTimestamp();
        _consumer.Subscribe(_topics);
    }

    /// <summary>One round: signals, then one read.</summary>
    private void Turn()
    {
        if (Interlocked.Exchange(ref _signalled, 0) == 1)
        {
            ServeSignals();
        }

        if (_time.GetElapsedTime(_groupCommitAt) >= _settings.GroupCommitInterval)
        {
            _groupCommitAt = _time.GetTimestamp();
            _offsets.Start(_assigned.ContainsKey);
        }

        // Without waiting first: under load there is always something. The flag is looked at between, or a wake-up that this read took would be lost.
        var count = _reader!.Read(MostPerRead, 0);
        if (count == 0 && Volatile.Read(ref _signalled) == 0 && !_shutdown)
        {
            count = _reader.Read(MostPerRead, LongestWaitMs);
        }

        if (count < 0)
        {
            throw new KafkaConsumerException(ConsumerFailure.Fatal, $"Consumer group {_settings.GroupId}: the client cannot read its queue.");
        }

        LetGo();
        if (_suspect && count > 0)
        {
            CheckTopics();
        }

        Sort(count);
    }

    private void ServeSignals()
    {
        if (_stopReading && !_stoppedReading)
        {
            _stoppedReading = true;
            foreach (var partition in _assigned.Values)
            {
                partition.Buffer.Close(null);
                Hold(partition, true);
            }
        }

        if (_stoppedReading)
        {
            return;
        }

        foreach (var partition in _assigned.Values.ToArray())
        {
            if (partition.Buffer.IsCancelled)
            {
                Restart(partition);
            }
            else if (partition.Held && !partition.Buffer.IsFull)
            {
                Hold(partition, false);
            }
        }
    }

    /// <summary>Partitions that were held in an earlier assignment do not flow by themselves.</summary>
    private void LetGo()
    {
        foreach (var partition in _letGo)
        {
            if (_assigned.TryGetValue(partition, out var now) && !now.Held)
            {
                _reader!.Hold(partition, false);
            }
        }

        _letGo.Clear();
    }

    private void Hold(AssignedPartition partition, bool held)
    {
        if (partition.Held != held)
        {
            partition.Held = held;
            _held += held ? 1 : -1;
            _everHeld.Add(partition.Buffer.Partition);
            _reader!.Hold(partition.Buffer.Partition, held);
            if (held)
            {
                Log.HeldBack(_log, partition.Buffer.Partition.Topic, partition.Buffer.Partition.Partition.Value, _held);
            }
        }
    }

    private unsafe void Sort(int count)
    {
        AssignedPartition? current = null;
        nint topic = 0;
        var number = -1;
        for (var i = 0; i < count; i++)
        {
            var message = _reader![i];
            try
            {
                if (_failure is not null)
                {
                    continue;
                }

                if (message->Error != ErrorCode.NoError)
                {
                    OnMessageError(message);
                    continue;
                }

                if (message->Topic != topic || message->Partition != number)
                {
                    Flush(current);
                    (topic, number) = (message->Topic, message->Partition);
                    current = Find(topic, number);
                }

                // None: of a partition that was just taken away, or after the stop. Below Next: from before a seek.
                if (current is not null && message->Offset >= current.Next)
                {
                    _builder.Add(message);
                    current.Next = message->Offset + 1;
                    if (_builder.IsFull)
                    {
                        Flush(current);
                    }
                }
            }
            finally
            {
                Librdkafka.MessageDestroy(message);
            }
        }

        Flush(current);
    }

    private void Flush(AssignedPartition? partition)
    {
        if (!_builder.IsEmpty)
        {
            var batch = _builder.Take();
            if (partition!.Buffer.Offer(batch))
            {
                Hold(partition, true);

                // It may have become half empty between the two.
                if (!partition.Buffer.IsFull)
                {
                    Hold(partition, false);
                }
            }
        }
    }

    private AssignedPartition? Find(nint topic, int partition)
    {
        if (!_topicNames.TryGetValue(topic, out var name))
        {
            name = Marshal.PtrToStringUTF8(Librdkafka.TopicName(topic))!;
            _topicNames[topic] = name;
        }

        return _assigned.GetValueOrDefault(new TopicPartition(name, partition));
    }

    /// <summary>Its reader cancelled the stream of a partition that is still ours: a new one starts behind what the old one took.</summary>
    private void Restart(AssignedPartition partition)
    {
        var from = partition.Buffer.Taken;
        if (from < 0)
        {
            // It started at a logical offset and took nothing: behind the first record that came, or where it stands.
            from = partition.First;
        }

        if (from >= 0)
        {
            _consumer.Seek(new TopicPartitionOffset(partition.Buffer.Partition, from));
        }

        Hold(partition, false);
        Assign(partition.Buffer.Partition, from);
    }

    private AssignedPartition Assign(TopicPartition partition, long start)
    {
        var buffer = new PartitionBuffer(partition, start, _settings.MaxBufferedRecords, _settings.MaxBufferedBytes, Wake);
        var assigned = new AssignedPartition(buffer) { Next = start, First = start };
        _assigned[partition] = assigned;
        _onAssigned(buffer);
        return assigned;
    }

    private void Fail(Exception failure)
    {
        if (_failure is null)
        {
            _failure = failure;
            Log.ConsumerFailed(_log, _settings.GroupId, ((failure as KafkaConsumerException)?.Failure ?? ConsumerFailure.PollThread).ToString(), failure.Message);
            foreach (var partition in _assigned.Values)
            {
                partition.Buffer.Close(failure);
            }
        }
    }

    private void CloseConsumer()
    {
        if (_consumer is null)
        {
            return;
        }

        try
        {
            _offsets.Finish(p => _failure is null && _assigned.ContainsKey(p));
            _reader?.StopWaking();
            _consumer.Close();
        }
        catch (Exception e)
        {
            Log.ClientError(_log, _consumer.Name, "close", e.Message);
        }

        foreach (var partition in _assigned.Values)
        {
            partition.Buffer.Close(_failure);
        }

        _assigned.Clear();
        try
        {
            _reader?.Dispose();
            _consumer.Dispose();
        }
        catch (Exception e)
        {
            Log.ClientError(_log, _consumer.Name, "dispose", e.Message);
        }
    }

    /// <summary>One partition for one assignment.</summary>
    private sealed class AssignedPartition(PartitionBuffer buffer)
    {
        public PartitionBuffer Buffer { get; } = buffer;

        public long Next { get; set; }

        public long First { get; set; }

        public bool Held { get; set; }
    }
}
