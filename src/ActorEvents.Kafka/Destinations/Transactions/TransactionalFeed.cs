using System.Threading.Channels;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Telemetry;
using ActorEvents.Relay;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Destinations.Transactions;

/// <summary>
/// Sends one topic's lists, in order, with a producer of the topic's own, so that a topic that takes nothing holds no other. What came while a transaction was committed is the next one.
/// When one fails, all lists fail, and so does every later one until the topic is opened again.
/// </summary>
internal sealed class TransactionalFeed
{
    /// <summary>Records of one transaction at most, or those of one list.</summary>
    private const int MaxRecords = 20_000;

    /// <summary>Transactions that may fail one after the other while what is refused alone is looked for.</summary>
    private const int MaxFailures = 5;

    /// <summary>What a stop waits for what is under way, before it gives it up.</summary>
    private static readonly TimeSpan s_stop = TimeSpan.FromSeconds(2);

    private readonly string _topic;
    private readonly TransactionalSettings _settings;
    private readonly OwnThread _thread;

    /// <summary>Lists as they come, bounded by the relay's window.</summary>
    private readonly Channel<TransactionalList> _incoming = Channel.CreateUnbounded<TransactionalList>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly Task _running;
    private Task _opening = Task.CompletedTask;
    private volatile TransactionalClient? _client;
    private volatile Exception? _failure;
    private string _topicId = "";

    public TransactionalFeed(string topic, TransactionalSettings settings)
    {
        (_topic, _settings, _stopping) = (topic, settings, _stop.Token);
        _thread = new OwnThread("relay " + topic);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Everything up to this ordering is in the topic; null: nothing is known.</summary>
    public long? Place { get; private set; }

    /// <summary>Asks for the topic's id and place while nothing of it is under way; with a new client if there is none, which ends that of a former relay first.</summary>
    public Task<string> OpenAsync(CancellationToken cancellationToken)
    {
        var opening = AskAsync(cancellationToken);
        _opening = opening;
        return opening;
    }

    public Task<IReadOnlyList<RelayRefusal>> PublishAsync(IReadOnlyList<RelayRecord> records)
    {
        var list = new TransactionalList(records);
        if (!_incoming.Writer.TryWrite(list))
        {
            list.Fail(new ObjectDisposedException(nameof(TransactionalDestination)));
        }

        return list.Done;
    }

    /// <summary>Lists that wait fail. A transaction that is under way may end, for two seconds; then it is left to the broker, or to the next client with its id.</summary>
    public async Task StopAsync()
    {
        _failure = new ObjectDisposedException(nameof(TransactionalDestination));
        _incoming.Writer.TryComplete();
        var underWay = Task.WhenAll(_running, _opening);
        await Task.WhenAny(underWay, Task.Delay(s_stop, _settings.Time, CancellationToken.None));
        await _stop.CancelAsync();
        _client?.GiveUp();
        await underWay.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CloseAsync();
        _thread.Dispose();
        _stop.Dispose();
    }

    private async Task<string> AskAsync(CancellationToken cancellationToken)
    {
        var topics = _settings.Topics;
        if (topics.IsUnreachable)
        {
            throw new KafkaException(new Error(ErrorCode.Local_Transport, topics.Problem));
        }

        using var asking = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping);
        var id = (await topics.DescribeAsync(_topic, fresh: true, asking.Token)).Id;
        if (id != _topicId)
        {
            // Its numbers go on behind those of the former topic.
            await CloseAsync();
        }

        if (_client is not { IsLost: false })
        {
            // Until the place is read, it is not: a question that fails is asked again, and nothing is published before. What a batch may have is known before the client is made.
            (_topicId, _failure) = ("", new KafkaException(new Error(ErrorCode.Local_State, $"the place of topic {_topic} is not read yet")));
            await _settings.Limits.ReadAsync(_topic, asking.Token);
            await ClientAsync(alone: false);
            Place = await _settings.Places.ReadAsync(_topic, id, asking.Token);
            _topicId = id;
        }

        _failure = null;
        return id;
    }

    private async Task RunAsync()
    {
        await foreach (var first in _incoming.Reader.ReadAllAsync(CancellationToken.None))
        {
            List<TransactionalList> lists = [first];
            try
            {
                for (var count = first.Records.Count; count < MaxRecords && _incoming.Reader.TryRead(out var next); count += next.Records.Count)
                {
                    lists.Add(next);
                }

                if (_failure is { } failed)
                {
                    throw failed;
                }

                await PublishAsync(lists);
                lists.ForEach(l => l.Complete());
            }
            catch (Exception e)
            {
                _failure ??= e;
                lists.ForEach(l => l.Fail(e));
            }
        }
    }

    private async Task PublishAsync(IReadOnlyList<TransactionalList> lists)
    {
        List<TransactionalRecord> open = [.. lists.SelectMany(l => Enumerable.Range(0, l.Records.Count).Select(i => new TransactionalRecord(l, i)))];
        var place = RelayRecords.Ordering(open[^1].Record);
        var refused = await SendAsync(open, place);
        if (refused.Records.Count > 0)
        {
            await SendAloneAsync(open, refused, place);
        }

        Place = place;
    }

    /// <summary>Finds out what is refused alone, sets it aside, and publishes the rest.</summary>
    private async Task SendAloneAsync(List<TransactionalRecord> open, TransactionRefusals refused, long place)
    {
        Log.RefusedWithBatch(_settings.Log, open.Count, _topic);
        for (var failures = 0; refused.Records.Count > 0;)
        {
            if (refused.Alone)
            {
                await SetAsideAsync(open, refused);
            }

            // A client that has aborted a refused batch may number what follows wrongly; the broker refuses that, and it is sent again for half a minute. A new one does not.
            await CloseAsync();
            try
            {
                await ClientAsync(alone: true);
                refused = await SendAsync(open, place);
                failures = 0;
            }
            catch (KafkaException) when (_client is { IsLost: false } && ++failures <= MaxFailures)
            {
                refused = refused with { Alone = false };
            }
        }

        // A limit that was lowered since: what goes in batches again must fit.
        await _settings.Limits.ReadAsync(_topic, _stopping);
        await ClientAsync(alone: false);
    }

    /// <returns>What is refused; then nothing is published.</returns>
    private async Task<TransactionRefusals> SendAsync(IReadOnlyList<TransactionalRecord> open, long place)
    {
        var (client, group) = (_client!, _settings.Places.Group(_topicId));
        RelayRecord[] records = [.. open.Select(o => o.Record)];
        var refused = await _thread.RunAsync(() => client.Send(_topic, records, group, place));
        if (refused.Records.Count == 0)
        {
            await CheckIncarnationAsync(client);
            await _thread.RunAsync(client.Commit);
        }

        return refused;
    }

    /// <summary>What is acknowledged lies in the topic that has this id now, or in one that is gone: a new one must not get it from the middle.</summary>
    private async Task CheckIncarnationAsync(TransactionalClient client)
    {
        try
        {
            // As long as a transaction lasts at most.
            using var patience = new CancellationTokenSource(TransactionalClient.Patience, _settings.Time);
            using var asking = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _stopping);
            if ((await _settings.Topics.DescribeAsync(_topic, fresh: true, asking.Token)).Id is var id && id != _topicId)
            {
                throw new KafkaException(new Error(ErrorCode.UnknownTopicId, $"topic {_topic} was re-created: its id is now {id}"));
            }
        }
        catch (Exception)
        {
            await _thread.RunAsync(client.Abort);
            throw;
        }
    }

    /// <summary>Before the place goes past them: behind it nobody would send them again to be refused.</summary>
    private async Task SetAsideAsync(List<TransactionalRecord> open, TransactionRefusals refused)
    {
        await _settings.DeadLetters.StoreAsync([.. refused.Records.Select(r => RelayRecords.Refused(open[r.Index].Record, r.Reason))], _stopping);
        foreach (var (index, reason) in refused.Records.OrderByDescending(r => r.Index))
        {
            open[index].List.SetAside(open[index].Index, reason);
            open.RemoveAt(index);
        }
    }

    /// <summary>Sees to it that the client is of the kind, and not a lost one.</summary>
    private async Task ClientAsync(bool alone)
    {
        if (_client is { IsLost: false } present && present.IsAlone == alone)
        {
            return;
        }

        await CloseAsync();
        _stopping.ThrowIfCancellationRequested();
        var client = _client = _settings.Make(_topic, alone);
        try
        {
            await _thread.RunAsync(client.Init);
        }
        catch (Exception)
        {
            await CloseAsync();
            throw;
        }
    }

    private async Task CloseAsync()
    {
        if (_client is { } client)
        {
            _client = null;
            await _thread.RunAsync(client.Close);
        }
    }
}
