using Akka.Actor;

namespace ActorEvents.Relay;

/// <summary>What the relay answers while a pass is under way: flushes and status.</summary>
internal sealed partial class RelayActor
{
    private void Flush(FlushRelay flush)
    {
        var id = _nextFlush++;
        _flushes[id] = (Sender, null);
        if (_stopping || _flushes.Count > MaxWaiting)
        {
            AnswerFlush(id);
            return;
        }

        Timers.StartSingleTimer(new FlushExpired(id), new FlushExpired(id), flush.Deadline < TimeSpan.Zero ? TimeSpan.Zero : flush.Deadline);
        if (_feeder is not null)
        {
            _feeder.StoreAtOnce = true;
        }

        HighestAsync().PipeTo(Self, success: highest => new HighestForFlush(id, highest));
        Kick();
    }

    private void AnswerFlushes()
    {
        if (_feeder?.View is not { } view)
        {
            return;
        }

        foreach (var (id, (_, highest)) in _flushes.ToArray())
        {
            if (highest is { } end && view.Reached(end))
            {
                AnswerFlush(id);
            }
        }
    }

    private void AnswerFlush(long id)
    {
        if (!_flushes.Remove(id, out var flush))
        {
            return;
        }

        Timers.Cancel(new FlushExpired(id));
        var problem = _problem ?? (flush.Highest is null ? "the journal did not say in time where it ends" : null);
        flush.ReplyTo.Tell((_feeder?.View ?? NothingKnown).Flushed(flush.Highest ?? _highest, problem));
        if (_flushes.Count == 0 && _feeder is not null)
        {
            _feeder.StoreAtOnce = false;
        }
    }

    private void Status()
    {
        if (_statusWaiting.Count >= MaxWaiting)
        {
            Sender.Tell(StatusNow());
            return;
        }

        _statusWaiting.Add(Sender);
        if (_statusWaiting.Count == 1)
        {
            HighestAsync().PipeTo(Self, success: highest => new HighestForStatus(highest));
        }
    }

    private RelayStatus StatusNow() => (_feeder?.View ?? NothingKnown).Status(_highest, _problem);

    private Task<long?> HighestAsync()
    {
        var token = _cancel.Token;
        return Task.Run(async () =>
        {
            try
            {
                return (long?)await _settings.Tail.EndAsync(token);
            }
            catch (Exception)
            {
                // The pass meets the same failure and reports it; the answer goes by what is known.
                return null;
            }
        });
    }
}
