using System.Threading.Channels;
using ActorEvents.Kafka.Clients;
using ActorEvents.Kafka.Native;
using ActorEvents.Kafka.Producers;
using ActorEvents.Kafka.Telemetry;
using ActorEvents.Relay;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace ActorEvents.Kafka.Destinations;

/// <summary>
/// Sends one topic's lists, in order, each handed to the client as soon as it comes. When the client ends, what is open goes to the next one, in order; what was refused with its batch
/// goes alone first. When a record fails, all lists fail.
/// </summary>
internal sealed class TopicFeed
{
    private readonly string _topic;
    private readonly DestinationClients _clients;
    private readonly KafkaTopics _topics;
    private readonly TopicLimits _limits;
    private readonly ILogger _log;
    private readonly SentLists _lists = new();
    private readonly RecordBuffer _record = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly Task _running;

    /// <summary>Lists as they come, bounded by the relay's window; null: look at the round, one for each that is over.</summary>
    private readonly Channel<SentList?> _incoming = Channel.CreateUnbounded<SentList?>(new() { SingleReader = true });
    private readonly Lock _lock = new();

    /// <summary>The one that the next round takes, asked for the topic's id before; also the present round's until that is over.</summary>
    private DestinationClient? _current;

    /// <summary>The present round's, which may have ended.</summary>
    private DestinationClient? _client;
    private Round? _round;
    private volatile string? _told;

    public TopicFeed(string topic, DestinationClients clients, KafkaTopics topics, TopicLimits limits, ILogger log)
    {
        (_topic, _clients, _topics, _limits, _log) = (topic, clients, topics, limits, log);
        _stopping = _stop.Token;
        _running = Task.Run(RunAsync);
    }

    public Task<IReadOnlyList<RelayRefusal>> Publish(IReadOnlyList<RelayRecord> records)
    {
        var list = _lists.Add(records);
        if (!_incoming.Writer.TryWrite(list))
        {
            list.Fail(new ObjectDisposedException(nameof(KafkaDestination)));
        }

        return list.Done;
    }

    /// <summary>Asks for the topic's id while nothing of it is under way.</summary>
    public async Task<string> IdAsync(CancellationToken cancellationToken)
    {
        ThrowIfUnreachable();

        // The client before the question: what happens to the topic behind the answer, the client lives to see.
        var client = Current();
        var id = await AskAsync(cancellationToken);
        await _limits.ReadAsync(_topic, cancellationToken);
        _told = id;
        client.HasAsked = true;
        _lists.Reopen();
        return id;
    }

    /// <summary>What is under way fails.</summary>
    public async Task StopAsync()
    {
        _incoming.Writer.TryComplete();
        _lists.Fail(new ObjectDisposedException(nameof(KafkaDestination)));
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        await foreach (var list in _incoming.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                await GoOnAsync(list is not null && _lists.Begin(list) ? list : null);
            }
            catch (Exception e)
            {
                await LeaveAsync();
                _lists.Fail(e);
            }
        }
    }

    private async Task GoOnAsync(SentList? list)
    {
        if (_round is { Over.IsCompleted: true } over)
        {
            await LeaveAsync();
            await SettleAsync(over);
            await SendAsync(_lists.Open());
        }
        else if (list is not null)
        {
            await SendAsync(Enumerable.Range(0, list.Records.Count).Select(i => new SentRecord(list, i)));
        }
    }

    /// <summary>When a round is over and its client closed: what failed is said, what was refused is sent alone.</summary>
    private async Task SettleAsync(Round over)
    {
        if (over.Failure is { } failure && _lists.Open().Count > 0)
        {
            throw AccessRights.Explain(failure, "Write", "topic " + _topic);
        }

        if (_lists.LastRefused() is var last and >= 0)
        {
            await SendAloneAsync(last);
        }
    }

    private async Task SendAsync(IEnumerable<SentRecord> records)
    {
        Round? round = null;
        foreach (var sent in records)
        {
            round ??= await RoundAsync();
            if (round.Over.IsCompleted)
            {
                // It goes to the next client, with what is open before it.
                return;
            }

            await ProduceAsync(_client!, round, sent);
        }
    }

    /// <summary>Up to the last record that was refused, in order and each awaited; what is behind it was not sent, and can go in batches again.</summary>
    private async Task SendAloneAsync(long last)
    {
        var taken = _lists.LastTaken();
        IReadOnlyList<SentRecord> open = [.. _lists.Open().TakeWhile(s => s.Number <= last)];
        Log.RefusedWithBatch(_log, open.Count, _topic);

        // A limit that was lowered since: what goes in batches again must fit.
        await _limits.ReadAsync(_topic, _stopping);
        var client = _clients.Make(alone: true);
        try
        {
            await AskedAsync(client);
            foreach (var sent in open)
            {
                if (sent.Record.Event.Key is { } key && taken.TryGetValue(key, out var behind) && behind > sent.Number)
                {
                    // A broker that knows nothing of the client yet takes a second batch behind a refused first one.
                    _lists.SetAside(sent.Number, ProduceFailedException.Overtaken(_lists.Reason));
                    continue;
                }

                var round = new Round(_lists, 1);
                client.Begin(round);
                await ProduceAsync(client, round, sent);
                await round.Over.WaitAsync(_stopping);
            }
        }
        finally
        {
            await _clients.CloseAsync(client, flush: false);
        }
    }

    private ValueTask ProduceAsync(DestinationClient client, Round round, SentRecord sent)
    {
        var outgoing = sent.Record;
        if (!OutgoingRecord.TryWrite(outgoing, _record, out var reason))
        {
            round.SetAside(sent.Number, reason);
            return ValueTask.CompletedTask;
        }

        return client.ProduceAsync(round, sent.Number, _topic, _record, outgoing.Event.Data, _stopping);
    }

    /// <summary>The round that is under way, over when its client's batches may be too large; or a new one.</summary>
    private async ValueTask<Round> RoundAsync()
    {
        if (_round is { } present)
        {
            if (_clients.IsOutdated(_client!))
            {
                _client!.End(null);
            }

            return present;
        }

        var client = Current();
        await AskedAsync(client);
        var round = new Round(_lists);
        (_client, _round) = (client, round);
        client.Begin(round);
        _ = round.Over.ContinueWith(
            over =>
            {
                _ = over.Exception;
                _incoming.Writer.TryWrite(null);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return round;
    }

    /// <summary>The client that is to be handed records; a new one if the last has ended, or its batches may be too large.</summary>
    private DestinationClient Current()
    {
        lock (_lock)
        {
            if (_current is { } current && (current.Ended || _clients.IsOutdated(current)))
            {
                _current = null;
                _ = _clients.CloseAsync(current);
            }

            return _current ??= _clients.Make(alone: false);
        }
    }

    private async Task LeaveAsync()
    {
        if (_client is { } client)
        {
            (_client, _round) = (null, null);
            await _clients.CloseAsync(client);
        }
    }

    /// <summary>No topic is fed before its id was asked since the client was made: it may have been re-created while there was none, or while no broker was reached.</summary>
    private async ValueTask AskedAsync(DestinationClient client)
    {
        if (client.HasAsked)
        {
            return;
        }

        var id = await AskAsync(_stopping);
        if (_told is { } told && told != id)
        {
            throw new KafkaException(new Error(ErrorCode.UnknownTopicId, $"topic {_topic} was re-created: its id is now {id}"));
        }

        client.HasAsked = true;
    }

    private async Task<string> AskAsync(CancellationToken cancellationToken)
    {
        ThrowIfUnreachable();
        return (await _topics.DescribeAsync(_topic, fresh: true, cancellationToken)).Id;
    }

    private void ThrowIfUnreachable()
    {
        if (_topics.IsUnreachable)
        {
            throw new KafkaException(new Error(ErrorCode.Local_Transport, _topics.Problem));
        }
    }
}
