using System.Globalization;
using ActorEvents.Events;
using ActorEvents.Retries;
using ActorEvents.Telemetry;

namespace ActorEvents.Relay;

/// <summary>
/// The relay's hands at the destination: asks for topic ids, publishes, sets refused events aside. A failure is the topic's whose list failed, so that the others go on.
/// </summary>
/// <param name="completed">Called when a list has completed, on any thread.</param>
internal sealed class RelayPublisher(RelaySettings settings, Action completed)
{
    /// <summary>After so long without a list that completes, nobody waits for a topic any more.</summary>
    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(1);

    /// <summary>After so long it is said.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(3);

    /// <summary>How often a question that is not answered is looked at.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly RepeatedErrors _errors = new(settings.Time);
    private readonly IRelayDestination _destination = Checked(settings.Destination(), settings.Options);
    private readonly TimeProvider _time = settings.Time;
    private bool _checkAll = true;
    private long _checkedAt;

    /// <summary>Asks for the ids of all topics when that is due, and of those whose pause is over; of none while something of it is under way.</summary>
    public async Task CheckTopicsAsync(RelayPlaces places, CancellationToken cancellationToken)
    {
        if (_checkAll || _time.GetElapsedTime(_checkedAt) >= settings.Options.TopicCheckInterval)
        {
            _checkAll = false;
            _checkedAt = _time.GetTimestamp();
            foreach (var topic in places.Topics)
            {
                topic.ToAsk = topic.Checked;
            }
        }

        List<RelayTopic>? asked = null;
        foreach (var topic in places.Topics)
        {
            if (topic.Asking is not null || (topic.Checked ? topic.ToAsk && topic.UnderWay.Count == 0 : topic.RetryAt <= _time.GetTimestamp()))
            {
                (asked ??= []).Add(topic);
            }
        }

        if (asked is not null)
        {
            await IdentifyAsync(places, asked, cancellationToken);
        }
    }

    /// <summary>Asks these topics for their ids, and waits for the answers: of each up to a second from its question on, for a broker that does not answer holds nobody else.</summary>
    public async Task IdentifyAsync(RelayPlaces places, IReadOnlyList<RelayTopic> topics, CancellationToken cancellationToken)
    {
        foreach (var topic in topics.Where(t => t.Asking is null))
        {
            topic.Question = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            (topic.Asking, topic.AskedAt) = (AskAsync(topic, topic.Question.Token), _time.GetTimestamp());
        }

        var open = topics.Where(t => !t.Asking!.IsCompleted && Asked(t) < s_stall).ToArray();
        if (open.Length > 0)
        {
            using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(Task.WhenAll(open.Select(t => t.Asking!)), Task.Delay(s_stall - open.Min(Asked), _time, answered.Token));
            await answered.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }

        foreach (var topic in topics)
        {
            if (topic.Asking!.IsCompleted)
            {
                await AnsweredAsync(places, topic, cancellationToken);
            }
            else if (Asked(topic) >= s_stall)
            {
                topic.Unanswered = true;
                if (topic.Checked)
                {
                    await topic.Question!.CancelAsync();
                }
            }
        }
    }

    private async Task<string> AskAsync(RelayTopic topic, CancellationToken cancellationToken)
    {
        try
        {
            return await _destination.TopicIdAsync(topic.Name, cancellationToken);
        }
        finally
        {
            completed();
        }
    }

    private async Task AnsweredAsync(RelayPlaces places, RelayTopic topic, CancellationToken cancellationToken)
    {
        string id;
        long? place;
        try
        {
            var asking = topic.Asking!;
            topic.Asking = null;
            topic.Question!.Dispose();
            id = await asking;
            if (string.IsNullOrEmpty(id))
            {
                throw new InvalidOperationException($"the destination told no id for topic '{topic.Name}'");
            }

            place = await _destination.PlaceAsync(topic.Name, cancellationToken);
        }
        catch (OperationCanceledException) when (topic.Checked && !cancellationToken.IsCancellationRequested)
        {
            // It flowed until now, and goes on: it is asked again when that is due, and a topic that is re-created meanwhile fails by its offsets.
            (topic.ToAsk, topic.Unanswered) = (false, false);
            return;
        }
        catch (Exception e) when (e is not RelayLeaseLostException && !cancellationToken.IsCancellationRequested)
        {
            Fail(topic, e);
            return;
        }

        topic.ToAsk = false;
        var before = topic.Stopped;
        if (places.Resolve(topic, id, place) == TopicIdentity.Recreated)
        {
            if (topic.Stopped is null && settings.Options.RecreatedTopic == RecreatedTopic.Continue && topic.Place > 0)
            {
                Log.DestinationContinued(settings.Logger, topic.Name, id, topic.Place);
            }
            else if (topic.Stopped is null)
            {
                Log.DestinationRecreated(settings.Logger, topic.Name, id, topic.Place, settings.Options.RecreatedTopic.ToString().ToLowerInvariant());
            }
            else if (topic.Stopped != before)
            {
                Log.DestinationStopped(settings.Logger, topic.Name, topic.Stopped);
            }
        }
    }

    /// <summary>Hands a batch over, to each topic its list.</summary>
    public void Publish(RelayBatch batch)
    {
        foreach (var part in batch.Parts.Values)
        {
            var done = SendAsync(part.Records);
            RelayPlaces.Send(part.Topic, new RelayList(part.Records, batch.Last, part.Bytes, done), _time.GetTimestamp());
            _ = done.ContinueWith(
                list =>
                {
                    _ = list.Exception;
                    completed();
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    /// <summary>Takes note of lists that have completed. Topics that failed are marked and take no part until they are asked for their id again.</summary>
    /// <returns>False: there were none, and no topic has fallen silent.</returns>
    public async Task<bool> CollectAsync(RelayPlaces places, CancellationToken cancellationToken)
    {
        var any = false;
        foreach (var topic in places.Topics)
        {
            while (topic.UnderWay.TryPeek(out var list) && list.Done.IsCompleted)
            {
                any = true;
                if (!list.Done.IsCompletedSuccessfully)
                {
                    if (list.Done.Exception?.InnerException is RelayLeaseLostException lost)
                    {
                        throw lost;
                    }

                    Fail(topic, list.Done.Exception?.InnerException ?? new OperationCanceledException());
                    _checkAll = true;
                    break;
                }

                var refused = await list.Done;
                await SetAsideAsync(topic.Name, list, refused, cancellationToken);
                places.Acknowledged(topic, _time.GetTimestamp());
                Metrics.Sent(_destination.MessagingSystem, topic.Name, list.Records.Count - refused.Count, refused.Count);
            }

            topic.Stalled = topic.UnderWay.Count > 0 && ToStall(topic) <= TimeSpan.Zero;
            if ((topic.Stalled && Silent(topic) >= s_silence) || (topic.Unanswered && Asked(topic) >= s_silence))
            {
                any |= topic.Silence is null;
                Say(topic);
            }
        }

        return any;
    }

    /// <summary>Until a topic is to be asked for its id, or stalls; null: nothing of that is to come.</summary>
    public TimeSpan? Due(RelayPlaces places)
    {
        var now = _time.GetTimestamp();
        TimeSpan? due = null;
        foreach (var topic in places.Topics)
        {
            Sooner(settings.Options.TopicCheckInterval - _time.GetElapsedTime(_checkedAt, now));
            if (topic.Asking is not null)
            {
                Sooner(s_look);
            }
            else if (!topic.Checked)
            {
                Sooner(_time.GetElapsedTime(now, topic.RetryAt));
            }
            else if (topic is { Stalled: false, UnderWay.Count: > 0 })
            {
                Sooner(ToStall(topic));
            }
            else if (topic is { Silence: null, UnderWay.Count: > 0 })
            {
                Sooner(s_silence - Silent(topic));
            }
        }

        return due;

        void Sooner(TimeSpan other) => due = due < other ? due : other;
    }

    public async Task CloseAsync()
    {
        try
        {
            await _destination.DisposeAsync();
        }
        catch (Exception e)
        {
            Log.RelayCloseFailed(settings.Logger, e.Message);
        }
    }

    private static IRelayDestination Checked(IRelayDestination destination, RelayOptions options) => destination.IsExactlyOnce || !options.ExactlyOnce
        ? destination
        : throw new InvalidOperationException(
            $"relay.exactly-once = on, but {destination.GetType().Name} publishes at least once. Publish to a destination that does it (TransactionalDestination), or set it off");

    private TimeSpan ToStall(RelayTopic topic) => s_stall - Silent(topic);

    private TimeSpan Asked(RelayTopic topic) => _time.GetElapsedTime(topic.AskedAt);

    private TimeSpan Silent(RelayTopic topic) => _time.GetElapsedTime(topic.MovedAt);

    /// <summary>Looked at once a second, so that what comes with back-off does so in time.</summary>
    private void Say(RelayTopic topic)
    {
        if (topic.Silence is not null && _time.GetElapsedTime(topic.SilentAt) < s_stall)
        {
            return;
        }

        topic.SilentAt = _time.GetTimestamp();
        topic.Silence = topic.Unanswered ? "cannot be asked for its id: the broker does not answer. What is for it is kept" : string.Create(
            CultureInfo.InvariantCulture,
            $"takes nothing: {topic.Size.Events} event(s) were handed over and none is acknowledged (no leader, fewer in-sync replicas than min.insync.replicas, a broker that hangs, or one that refuses what is then sent one by one, which the log says). None is lost; look at the topic's partitions");
        if (_errors.IsWorthSaying(topic.Name, "silent"))
        {
            Log.DestinationSilent(settings.Logger, topic.Name, topic.Silence);
        }
    }

    private async Task SetAsideAsync(string topic, RelayList list, IReadOnlyList<RelayRefusal> refused, CancellationToken cancellationToken)
    {
        if (refused.Count > 0)
        {
            var first = refused[0];
            Log.Refused(settings.Logger, refused.Count, topic, list.Records[first.Index].Event.Id, first.Reason);
            DeadLetter[] letters = [.. refused.Select(r => RelayRecords.Refused(list.Records[r.Index], r.Reason))];
            await settings.DeadLetters.StoreAsync(letters, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<RelayRefusal>> SendAsync(IReadOnlyList<RelayRecord> records)
    {
        var sending = new Sending(_destination.MessagingSystem, records);
        try
        {
            var refused = await _destination.PublishAsync(sending.Records);
            foreach (var refusal in refused)
            {
                sending.Refused(refusal.Index, refusal.Reason);
            }

            sending.End();
            return refused;
        }
        catch (Exception e)
        {
            sending.End(e);
            throw;
        }
    }

    /// <summary>After the first failure it is asked for its id at once: it may have been re-created. Then with pauses.</summary>
    private void Fail(RelayTopic topic, Exception cause)
    {
        RelayPlaces.Fail(topic, cause.Message);
        var pause = topic.Failures == 1 ? TimeSpan.Zero : Backoff.After(topic.Failures - 1, settings.Options.FirstPause, settings.Options.MaxPause);
        topic.RetryAt = _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency);
        if (_errors.IsWorthSaying(topic.Name, cause.Message))
        {
            Log.DestinationFailed(settings.Logger, topic.Name, topic.Failures, pause.TotalMilliseconds, cause.Message);
        }
    }
}
