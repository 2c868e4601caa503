using ActorEvents.Kafka.Native;
using ActorEvents.Kafka.Telemetry;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Consumers;

/// <summary>
/// The one thread that owns a consumer: reads its native queue in batches and has them sorted; rebalances and errors are served inside its reads. It ends by
/// closing the consumer, whatever happened, and says with what.
/// </summary>
internal sealed class ConsumerLoop : IConsumerControl
{
    private const int MostPerRead = 1_000;
    private const int LongestWaitMs = 500;

    private readonly KafkaConsumerSettings _settings;
    private readonly IReadOnlyList<string> _topics;
    private readonly ConsumerCallbacks _callbacks;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConsumerState _state = new();
    private readonly Thread _thread;

    private Action<PartitionBuffer> _handOut = _ => { };
    private int _signalled;

    // From Open on.
    private IConsumer<Ignore, Ignore>? _consumer;
    private NativeReader? _reader;
    private GroupOffsets? _offsets;
    private AssignedPartitions? _assigned;
    private GroupRebalances _rebalances = null!;
    private ClientErrors _errors = null!;
    private RecordSorter _sorter = null!;
    private long _groupCommitAt;

    public ConsumerLoop(KafkaConsumerSettings settings, IReadOnlyList<string> topics, ConsumerCallbacks callbacks, ILogger log, TimeProvider time)
    {
        _settings = settings;
        _topics = topics;
        _callbacks = callbacks;
        _log = log;
        _time = time;
        _thread = new Thread(Run) { IsBackground = true, Name = $"kafka-consumer-{settings.GroupId}" };
    }

    // ---- any thread

    public Task Completion => _completion.Task;

    /// <summary>Starts the thread; <paramref name="handOut"/> gets the buffer of each partition's stream, on that thread.</summary>
    public void Start(Action<PartitionBuffer> handOut)
    {
        _handOut = handOut;
        _thread.Start();
    }

    public void StopReading() => Advance(ConsumerPhase.Idle);

    public Task ShutdownAsync(bool drain = true)
    {
        Advance(drain ? ConsumerPhase.Leaving : ConsumerPhase.Abandoning);
        return Completion;
    }

    public void CommitForTools(TopicPartition partition, long next) => _offsets?.Remember(partition, next);

    public void Reread(TopicPartition partition, long from) => _assigned?.Reread(partition, from);

    private void Advance(ConsumerPhase to)
    {
        _state.Advance(to);
        Wake();
    }

    private void Wake()
    {
        Interlocked.Exchange(ref _signalled, 1);
        _reader?.Wake();
    }

    // ---- the poll thread

    private void Run()
    {
        try
        {
            Open();
            while (_state.IsMember)
            {
                Turn(_reader!, _assigned!, _offsets!);
            }
        }
        catch (Exception e)
        {
            Fail(e as KafkaConsumerException ?? new KafkaConsumerException(ConsumerFailure.PollThread, $"The poll thread of consumer group {_settings.GroupId} ended: {e.Message}", e));
        }

        Close();
        if (_state.Failure is null)
        {
            _completion.TrySetResult();
        }
        else
        {
            _completion.TrySetException(_state.Failure);

            // Who did not ask for Completion sees the failure in the stream.
            _ = _completion.Task.Exception;
        }
    }

    private void Open()
    {
        KafkaNative.EnsureVersion();
        _consumer = new ConsumerBuilder<Ignore, Ignore>(_settings.ToClientConfig())
            .SetErrorHandler((_, e) => _errors.OnClient(e))
            .SetLogHandler((_, m) => Log.ClientLog(_log, m.Name, m.Facility, m.Message))
            .SetPartitionsAssignedHandler((_, partitions) => _rebalances.OnAssigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => _rebalances.OnRevoked([.. partitions.Select(p => p.TopicPartition)]))
            .SetPartitionsLostHandler((_, partitions) => _rebalances.OnLost([.. partitions.Select(p => p.TopicPartition)]))
            .Build();
        _offsets = new GroupOffsets(_consumer.Commit, _log);
        _reader = new NativeReader(_consumer, MostPerRead);
        _assigned = new AssignedPartitions(_settings, _consumer, _reader, _handOut, Wake, _log);
        _errors = new ClientErrors(_settings, _topics, _callbacks, _state, _assigned, _consumer, Fail, _log, _time);
        _rebalances = new GroupRebalances(
            _settings, _callbacks, _state, _assigned, new StartOffsets(_settings, _callbacks, _consumer, _log), _offsets, Fail, _log, _time);
        _sorter = new RecordSorter(_reader, _assigned, _state, _errors);
        _groupCommitAt = _time.GetTimestamp();
        _consumer.Subscribe(_topics);
    }

    /// <summary>One round: signals, then one read.</summary>
    private void Turn(NativeReader reader, AssignedPartitions assigned, GroupOffsets offsets)
    {
        if (Interlocked.Exchange(ref _signalled, 0) == 1)
        {
            ServeSignals(assigned);
        }

        if (_time.GetElapsedTime(_groupCommitAt) >= _settings.GroupCommitInterval)
        {
            _groupCommitAt = _time.GetTimestamp();
            offsets.Start(assigned.Contains);
        }

        // Without waiting first: under load there is always something. The flag is looked at between, or a wake-up that this read took would be lost.
        var count = reader.Read(MostPerRead, 0);
        if (count == 0 && Volatile.Read(ref _signalled) == 0 && _state.IsMember)
        {
            count = reader.Read(MostPerRead, LongestWaitMs);
        }

        if (count < 0)
        {
            throw new KafkaConsumerException(ConsumerFailure.Fatal, $"Consumer group {_settings.GroupId}: the client cannot read its queue.");
        }

        assigned.LetGo();
        if (count > 0)
        {
            _errors.CheckTopics();
        }

        _sorter.Sort(count);
    }

    private void ServeSignals(AssignedPartitions assigned)
    {
        if (_state.Phase == ConsumerPhase.Reading)
        {
            assigned.Serve();
        }
        else if (_state.Phase == ConsumerPhase.Idle)
        {
            assigned.Idle();
        }
    }

    private void Fail(KafkaConsumerException failure)
    {
        if (_state.Fail(failure))
        {
            Log.ConsumerFailed(_log, _settings.GroupId, failure.Failure.ToString(), failure.Message);
            _assigned?.CloseAll(failure);
        }
    }

    private void Close()
    {
        if (_consumer is null)
        {
            return;
        }

        try
        {
            _offsets?.Finish(p => _state.Failure is null && _assigned?.Contains(p) == true, GroupOffsets.Patience);
            _reader?.StopWaking();
            _consumer.Close();
        }
        catch (Exception e)
        {
            Log.ClientError(_log, _consumer.Name, "close", e.Message);
        }

        _assigned?.CloseAll(_state.Failure);
        if (_offsets is { InFlight.IsCompleted: false } offsets)
        {
            // The client has left its group, and is not awaited; but who is inside of it must come out first.
            _ = offsets.InFlight.ContinueWith(_ => Release(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        else
        {
            Release();
        }
    }

    private void Release()
    {
        try
        {
            _reader?.Dispose();
            _consumer!.Dispose();
        }
        catch (Exception e)
        {
            Log.ClientError(_log, _consumer!.Name, "dispose", e.Message);
        }
    }
}
