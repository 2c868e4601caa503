using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Native;
using ActorEvents.Kafka.Producers;
using ActorEvents.Relay;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Destinations.Transactions;

/// <summary>
/// One transactional producer, from its making to its end. Its calls wait for the broker: they are for a thread of their own, and for one thread. After an exception of one of them
/// <see cref="IsLost"/> says whether it can go on.
/// </summary>
internal sealed class TransactionalClient
{
    /// <summary>A call returns so often, and goes on with the next one.</summary>
    private const int CallMs = 1_000;

    /// <summary>A record that was just on its way out is not purged by the first call, which then waits for it in vain; the next one purges it.</summary>
    private const int AbortMs = 300;
    private static readonly TimeSpan s_queueFullPause = TimeSpan.FromMilliseconds(2);
    private readonly NativeProducer _producer;
    private readonly RecordBuffer _record = new();
    private readonly string _id;
    private readonly TimeProvider _time;
    private readonly Action<TransactionStep> _passed;
    private readonly Lock _lock = new();
    private readonly List<(int Index, string Reason)> _refused = [];
    private ErrorCode _failure;
    private readonly AutoResetEvent _changed = new(false);
    private int _open;
    private volatile Error? _lost;

    /// <param name="id">The <c>transactional.id</c>: who begins with it ends what its former owner has under way, and the former owner.</param>
    /// <param name="alone">One record a batch, so that a refusal is the record's.</param>
    public TransactionalClient(KafkaProducerSettings settings, string id, bool alone, TimeProvider time, Action<TransactionStep> passed)
    {
        (_id, IsAlone, _time, _passed) = (id, alone, time, passed);
        var config = settings.ToClientConfig();
        config.TransactionalId = id;

        // A record must not outlive its transaction. What times out makes no gap here: the transaction is aborted.
        config.TransactionTimeoutMs = (int)Patience.TotalMilliseconds;
        config.MessageTimeoutMs = config.TransactionTimeoutMs / 2;
        if (alone)
        {
            config.BatchNumMessages = 1;
        }

        _producer = new NativeProducer(config, Reported, error =>
        {
            if (error.IsFatal || error.Code == ErrorCode.Local_AllBrokersDown)
            {
                Lose(error);
            }
        });
    }

    /// <summary>How long a transaction may take, and a call that is tried again.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    public bool IsAlone { get; }

    /// <summary>Another one is needed. What it had under way is aborted by the next one with its id.</summary>
    public bool IsLost => _lost is not null;

    /// <summary>Ends what a former owner of the id has under way, and the owner: what that one sends from now on is refused.</summary>
    /// <exception cref="KafkaException">Not now, or not with these rights.</exception>
    public void Init() => ThrowIf(Call(client => LibrdkafkaTransactions.Init(client, CallMs)));

    /// <summary>Sends records and their place in a transaction, and waits until all is acknowledged; <see cref="Commit"/> or <see cref="Abort"/> is next.</summary>
    /// <param name="topic">Where to, by the offset of whose partition 0 in <paramref name="group"/> the place is stored.</param>
    /// <returns>Records that are refused; then the transaction is aborted. None: it is open.</returns>
    /// <exception cref="RelayLeaseLostException">Somebody else has begun with the id.</exception>
    /// <exception cref="KafkaException">It is aborted, or will be by who comes next.</exception>
    public TransactionRefusals Send(string topic, IReadOnlyList<RelayRecord> records, string group, long place)
    {
        lock (_lock)
        {
            _refused.Clear();
            _failure = ErrorCode.NoError;
        }

        ThrowIf(_producer.Call(LibrdkafkaTransactions.Begin));
        _passed(TransactionStep.Begun);
        var refused = HandOver(topic, records);
        if (refused.Count > 0)
        {
            Abort();
            return new TransactionRefusals(refused, Alone: true);
        }

        _passed(TransactionStep.HandedOver);
        var error = SendPlace(topic, group, place);
        _passed(TransactionStep.PlaceSent);
        if (error is null && AllTaken())
        {
            return TransactionRefusals.None;
        }

        error ??= Failed();
        ThrowIfLost(error);
        Abort();
        lock (_lock)
        {
            return _refused.Count > 0 ? new TransactionRefusals([.. _refused], IsAlone) : throw Failure(error.Text, error.Code);
        }
    }

    /// <summary>Publishes what was sent.</summary>
    /// <exception cref="RelayLeaseLostException">Somebody else has begun with the id.</exception>
    /// <exception cref="KafkaException">Nothing is published, or, if the client is lost, all or nothing.</exception>
    public void Commit()
    {
        if (Call(client => LibrdkafkaTransactions.Commit(client, CallMs)) is { } error)
        {
            ThrowIfLost(error);
            Abort();
            throw Failure(error.Text, error.Code);
        }

        _passed(TransactionStep.Committed);
    }

    /// <summary>Nothing of what was sent is published.</summary>
    /// <exception cref="KafkaException">The client is lost; who comes next aborts it.</exception>
    public void Abort() => ThrowIf(Call(client => LibrdkafkaTransactions.Abort(client, AbortMs)));

    /// <summary>Any thread: what is under way is waited for no longer.</summary>
    public void GiveUp() => Lose(new Error(ErrorCode.Local_State, "the relay stops"));

    /// <summary>Closes it; what it has under way is aborted by the broker, or by the next client with its id.</summary>
    public void Close() => _producer.Close(TimeSpan.Zero);

    /// <returns>What the client itself does not take.</returns>
    private List<(int Index, string Reason)> HandOver(string topic, IReadOnlyList<RelayRecord> records)
    {
        List<(int, string)> refused = [];
        for (var i = 0; i < records.Count; i++)
        {
            if (i == records.Count / 2)
            {
                _passed(TransactionStep.HalfHandedOver);
            }

            if (!OutgoingRecord.TryWrite(records[i], _record, out var reason))
            {
                refused.Add((i, reason));
                continue;
            }

            Interlocked.Increment(ref _open);
            ErrorCode code;
            while ((code = _producer.Produce(topic, _record, records[i].Event.Data.Span, i)) == ErrorCode.Local_QueueFull && !IsLost)
            {
                _changed.WaitOne(s_queueFullPause);
            }

            if (code != ErrorCode.NoError)
            {
                Interlocked.Decrement(ref _open);
                if (!ProduceFailedException.Refuses(code))
                {
                    // The transaction has failed; its end says by what.
                    break;
                }

                refused.Add((i, Reason(code)));
            }
        }

        return refused;
    }

    /// <summary>Waits until all is acknowledged (true), or something is not.</summary>
    private bool AllTaken()
    {
        var since = _time.GetTimestamp();
        while (!IsLost && _time.GetElapsedTime(since) < Patience)
        {
            lock (_lock)
            {
                if (_failure != ErrorCode.NoError || _refused.Count > 0)
                {
                    return false;
                }
            }

            if (Volatile.Read(ref _open) == 0)
            {
                return true;
            }

            _changed.WaitOne(CallMs);
        }

        return false;
    }

    private NativeError Failed()
    {
        lock (_lock)
        {
            return _failure == ErrorCode.NoError
                ? new NativeError(ErrorCode.Local_TimedOut, "not all of a transaction was acknowledged", IsRetriable: false, IsFatal: false)
                : new NativeError(_failure, _failure.GetReason(), IsRetriable: false, IsFatal: false);
        }
    }

    private NativeError? SendPlace(string topic, string group, long place)
    {
        var offsets = LibrdkafkaTransactions.OffsetsNew(1);
        var owner = LibrdkafkaTransactions.GroupNew(group);
        try
        {
            LibrdkafkaTransactions.OffsetsAdd(offsets, topic, 0);
            LibrdkafkaTransactions.OffsetsSet(offsets, topic, 0, place);
            return Call(client => LibrdkafkaTransactions.SendOffsets(client, offsets, owner, CallMs));
        }
        finally
        {
            LibrdkafkaTransactions.GroupDestroy(owner);
            LibrdkafkaTransactions.OffsetsDestroy(offsets);
        }
    }

    /// <summary>Again while that may help.</summary>
    private NativeError? Call(Func<nint, nint> call)
    {
        var since = _time.GetTimestamp();
        while (true)
        {
            var error = _producer.Call(call);
            if (error is not { IsRetriable: true } || IsLost || _time.GetElapsedTime(since) > Patience)
            {
                return error;
            }
        }
    }

    /// <summary>What must not fail has failed: what became of the transaction is for the next client to find out.</summary>
    private void ThrowIf(NativeError? error)
    {
        if (error is not null)
        {
            throw Lost(error);
        }
    }

    private void ThrowIfLost(NativeError error)
    {
        if (error.IsFatal || error.IsRetriable || IsLost)
        {
            throw Lost(error);
        }
    }

    private void Lose(Error error)
    {
        _lost ??= error;
        _changed.Set();
    }

    private Exception Lost(NativeError error)
    {
        Lose(new Error(error.Code, error.Text, error.IsFatal));
        var lost = _lost!;
        return IsFenced(error.Code) || IsFenced(lost.Code)
            ? new RelayLeaseLostException($"the transactional.id '{_id}' belongs to another relay now, or a transaction took more than {Patience.TotalSeconds:0} s: {lost.Reason}")
            : Failure(lost.Reason, lost.Code);
    }

    private static bool IsFenced(ErrorCode code) => code is ErrorCode.Local_Fenced or ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch;

    private KafkaException Failure(string reason, ErrorCode code) => new(new Error(code, $"{reason} (transactional.id '{_id}')"));

    private static string Reason(ErrorCode code) => $"{code.GetReason()} ({code})";

    private void Reported(ProduceReport report)
    {
        var code = report.Error;
        if (code != ErrorCode.NoError)
        {
            lock (_lock)
            {
                if (ProduceFailedException.Refuses(code))
                {
                    _refused.Add(((int)report.Opaque, Reason(code)));
                }
                else if (code is not (ErrorCode.Local_PurgeQueue or ErrorCode.Local_PurgeInflight) && _failure == ErrorCode.NoError)
                {
                    _failure = code;
                }
            }
        }

        if (Interlocked.Decrement(ref _open) == 0 || code != ErrorCode.NoError)
        {
            _changed.Set();
        }
    }
}

/// <summary>What of a transaction was refused for good.</summary>
/// <param name="Alone">Each by itself, not with its batch.</param>
internal sealed record TransactionRefusals(IReadOnlyList<(int Index, string Reason)> Records, bool Alone)
{
    public static TransactionRefusals None { get; } = new([], true);
}
