using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace ActorEvents.Kafka.Native;

/// <summary>
/// A producer past Confluent.Kafka's: a record makes no objects, neither when it is handed over nor when it is reported. Thread-safe; whoever is in a call keeps the client alive.
/// </summary>
internal sealed unsafe class NativeProducer : SafeHandle
{
    private const int Batch = 512;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<string, nint> _topics = new(StringComparer.Ordinal);
    private readonly Action<ProduceReport> _report;
    private readonly Action<Error> _error;
    private readonly Thread _poller;
    private readonly nint _queue;
    private volatile bool _stop;

    /// <param name="report">Told once for each record that was taken, on the producer's thread; it must not throw.</param>
    /// <param name="error">Told what the client says of itself, on that thread; a fatal error by its own code.</param>
    /// <exception cref="InvalidOperationException">A setting is wrong; the message names it.</exception>
    public NativeProducer(IEnumerable<KeyValuePair<string, string>> settings, Action<ProduceReport> report, Action<Error> error)
        : base(0, ownsHandle: true)
    {
        (_report, _error) = (report, error);
        SetHandle(New(settings));
        _queue = LibrdkafkaProducer.QueueGetMain(handle);
        _poller = new Thread(PollAll) { IsBackground = true, Name = "relay reports" };
        _poller.Start();
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Hands a record over; it is copied.</summary>
    /// <param name="opaque">What it is reported with.</param>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    public ErrorCode Produce(string topic, RecordBuffer record, ReadOnlySpan<byte> value, nint opaque)
    {
        var kept = false;
        try
        {
            DangerousAddRef(ref kept);
            if (!_topics.TryGetValue(topic, out var target))
            {
                target = _topics.GetOrAdd(topic, LibrdkafkaProducer.TopicNew(handle, topic, 0));
            }

            fixed (byte* data = value)
            {
                var all = record.Fields(target, data, value.Length, opaque);
                nint refused;
                fixed (NativeField* fields = all)
                {
                    refused = LibrdkafkaProducer.Produce(handle, fields, (nuint)all.Length);
                }

                if (refused == 0)
                {
                    return ErrorCode.NoError;
                }

                var code = LibrdkafkaProducer.ErrorOf(refused);
                LibrdkafkaProducer.ErrorDestroy(refused);
                return code;
            }
        }
        finally
        {
            if (kept)
            {
                DangerousRelease();
            }
        }
    }

    /// <summary>Calls the client for something that may fail.</summary>
    /// <param name="call">Given the client; returns librdkafka's error, which is given back here.</param>
    /// <returns>Null: it did not fail.</returns>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    public NativeError? Call(Func<nint, nint> call)
    {
        var kept = false;
        try
        {
            DangerousAddRef(ref kept);
            var error = call(handle);
            if (error == 0)
            {
                return null;
            }

            var told = new NativeError(
                LibrdkafkaProducer.ErrorOf(error),
                Marshal.PtrToStringUTF8(LibrdkafkaTransactions.Text(error)) ?? "",
                LibrdkafkaTransactions.IsRetriable(error) != 0,
                LibrdkafkaTransactions.IsFatal(error) != 0);
            LibrdkafkaProducer.ErrorDestroy(error);
            return told;
        }
        finally
        {
            if (kept)
            {
                DangerousRelease();
            }
        }
    }

    /// <summary>Waits until all is reported, or so long; then closes the client: nothing is reported any more.</summary>
    public void Close(TimeSpan flush)
    {
        if (flush > TimeSpan.Zero)
        {
            _ = LibrdkafkaProducer.Flush(handle, (int)flush.TotalMilliseconds);
        }

        _stop = true;
        Librdkafka.QueueYield(_queue);
        _poller.Join();
        Dispose();
    }

    protected override bool ReleaseHandle()
    {
        foreach (var topic in _topics.Values)
        {
            LibrdkafkaProducer.TopicDestroy(topic);
        }

        Librdkafka.QueueDestroy(_queue);
        LibrdkafkaMock.Destroy(handle);
        return true;
    }

    private static nint New(IEnumerable<KeyValuePair<string, string>> settings)
    {
        const int size = 512;
        var error = stackalloc byte[size];
        var conf = Librdkafka.ConfNew();
        foreach (var (name, value) in settings)
        {
            if (!name.StartsWith("dotnet.", StringComparison.Ordinal) && Librdkafka.ConfSet(conf, name, value, error, size) != 0)
            {
                Librdkafka.ConfDestroy(conf);
                throw new InvalidOperationException(Marshal.PtrToStringUTF8((nint)error));
            }
        }

        LibrdkafkaProducer.ConfSetEvents(conf, LibrdkafkaProducer.Reports | LibrdkafkaProducer.Errors);
        LibrdkafkaProducer.ConfSetLog(conf, 0);
        var client = LibrdkafkaMock.New(LibrdkafkaMock.Producer, conf, error, size);
        if (client == 0)
        {
            Librdkafka.ConfDestroy(conf);
            throw new InvalidOperationException(Marshal.PtrToStringUTF8((nint)error));
        }

        return client;
    }

    private void PollAll()
    {
        var messages = stackalloc NativeMessage*[Batch];
        while (!_stop)
        {
            var @event = LibrdkafkaProducer.QueuePoll(_queue, (int)s_poll.TotalMilliseconds);
            if (@event == 0)
            {
                continue;
            }

            switch (LibrdkafkaProducer.EventType(@event))
            {
                case LibrdkafkaProducer.Reports:
                    while (LibrdkafkaProducer.EventMessages(@event, messages, Batch) is var count and > 0)
                    {
                        for (nuint i = 0; i < count; i++)
                        {
                            _report(new ProduceReport(messages[i]->Private, messages[i]->Error, messages[i]->Partition, messages[i]->Offset));
                        }
                    }

                    break;
                case LibrdkafkaProducer.Errors:
                    _error(ErrorOf(@event));
                    break;
            }

            LibrdkafkaProducer.EventDestroy(@event);
        }
    }

    private Error ErrorOf(nint @event)
    {
        var code = LibrdkafkaProducer.EventError(@event);
        if (code != ErrorCode.Local_Fatal)
        {
            return new Error(code, Marshal.PtrToStringUTF8(LibrdkafkaProducer.EventErrorText(@event)), isFatal: false);
        }

        const int size = 512;
        var text = stackalloc byte[size];
        code = LibrdkafkaProducer.FatalError(handle, text, size);
        return new Error(code, Marshal.PtrToStringUTF8((nint)text), isFatal: true);
    }
}

/// <summary>What a call of librdkafka failed with.</summary>
/// <param name="IsRetriable">The same call may succeed later.</param>
/// <param name="IsFatal">The client is of no use any more.</param>
internal sealed record NativeError(ErrorCode Code, string Text, bool IsRetriable, bool IsFatal);

/// <summary>What became of a record.</summary>
/// <param name="Opaque">What it was handed over with.</param>
/// <param name="Offset">Below 0: not told.</param>
internal readonly record struct ProduceReport(nint Opaque, ErrorCode Error, int Partition, long Offset);
