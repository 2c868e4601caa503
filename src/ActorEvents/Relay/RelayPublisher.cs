using ActorEvents.Events;
using ActorEvents.Retries;
using ActorEvents.Telemetry;

namespace ActorEvents.Relay;

/// <summary>
/// The relay's hands at the destination: asks for topic ids, publishes, sets refused events aside. A failure is pinned on the topic that causes it,
/// so that the others go on.
/// </summary>
internal sealed class RelayPublisher(RelaySettings settings)
{
    private readonly IRelayDestination _destination = settings.Destination();
    private readonly TimeProvider _time = settings.Time;
    private bool _onItsOwn;
    private bool _checkAll = true;
    private long _checkedAt;

    /// <summary>Until all topics are asked for their ids again.</summary>
    public TimeSpan NextCheck => _checkAll ? TimeSpan.Zero : settings.Options.TopicCheckInterval - _time.GetElapsedTime(_checkedAt);

    /// <summary>Asks for the ids of all topics when that is due, and of those whose pause is over.</summary>
    public async Task CheckTopicsAsync(RelayPlaces places, CancellationToken cancellationToken)
    {
        var all = _checkAll || _time.GetElapsedTime(_checkedAt) >= settings.Options.TopicCheckInterval;
        foreach (var topic in places.Topics)
        {
            if (topic.Checked ? all : topic.RetryAt <= _time.GetTimestamp())
            {
                await IdentifyAsync(places, topic, cancellationToken);
            }
        }

        if (all)
        {
            _checkAll = false;
            _checkedAt = _time.GetTimestamp();
        }
    }

    public async Task IdentifyAsync(RelayPlaces places, RelayTopic topic, CancellationToken cancellationToken)
    {
        string id;
        try
        {
            id = await _destination.TopicIdAsync(topic.Name, cancellationToken);
            if (string.IsNullOrEmpty(id))
            {
                throw new InvalidOperationException($"the destination told no id for topic '{topic.Name}'");
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Fail(topic, e);
            return;
        }

        var before = topic.Stopped;
        if (places.Resolve(topic, id) == TopicIdentity.Recreated)
        {
            if (topic.Stopped is null)
            {
                Log.DestinationRecreated(settings.Logger, topic.Name, id, topic.Place, settings.Options.RecreatedTopic.ToString().ToLowerInvariant());
            }
            else if (topic.Stopped != before)
            {
                Log.DestinationStopped(settings.Logger, topic.Name, topic.Stopped);
            }
        }
    }

    /// <summary>Publishes a batch; topics that fail are marked and take no part until they are asked for their id again.</summary>
    /// <returns>False: nothing is known of any of it; check the topics and read the page again.</returns>
    public async Task<bool> PublishAsync(RelayPlaces places, RelayBatch batch, CancellationToken cancellationToken)
    {
        List<(RelayRecord Record, string Reason)> refused = [];
        if (batch.ByTopic.Count > 1 && !_onItsOwn)
        {
            try
            {
                await SendAsync(batch.Records, refused, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Log.BatchFailed(settings.Logger, batch.Records.Count, e.Message);
                _onItsOwn = _checkAll = true;
                return false;
            }
        }
        else
        {
            foreach (var (name, records) in batch.ByTopic)
            {
                try
                {
                    await SendAsync(records, refused, cancellationToken);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    Fail(places.Find(name)!, e);
                    _checkAll = true;
                }
            }

            _onItsOwn = places.Topics.Any(t => t.Failures > 0);
        }

        if (refused.Count > 0)
        {
            var (record, reason) = refused[0];
            Log.Refused(settings.Logger, refused.Count, record.Topic, record.Event.Id, reason);
            DeadLetter[] letters = [.. refused.Select(r => RelayRecords.Refused(r.Record, r.Reason))];
            await settings.DeadLetters.StoreAsync(letters, cancellationToken);
        }

        foreach (var (name, records) in batch.ByTopic)
        {
            if (places.Find(name)!.Active)
            {
                var refusals = refused.Count(r => r.Record.Topic == name);
                Metrics.Sent(_destination.MessagingSystem, name, records.Count - refusals, refusals);
            }
        }

        return true;
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

    private async Task SendAsync(IReadOnlyList<RelayRecord> records, List<(RelayRecord, string)> refused, CancellationToken cancellationToken)
    {
        var sending = new Sending(_destination.MessagingSystem, records);
        try
        {
            foreach (var refusal in await _destination.PublishAsync(sending.Records, cancellationToken))
            {
                refused.Add((records[refusal.Index], refusal.Reason));
                sending.Refused(refusal.Index, refusal.Reason);
            }

            sending.End();
        }
        catch (Exception e)
        {
            sending.End(e);
            throw;
        }
    }

    private void Fail(RelayTopic topic, Exception cause)
    {
        RelayPlaces.Fail(topic, cause.Message);
        var pause = Backoff.After(topic.Failures, settings.Options.FirstPause, settings.Options.MaxPause);
        topic.RetryAt = _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency);
        Log.DestinationFailed(settings.Logger, topic.Name, topic.Failures, pause.TotalMilliseconds, cause.Message);
    }
}
