namespace ActorEvents.Subscriptions;

/// <summary>
/// The longest that an answer took in this period or the one before it: what is slow for all (thousands of entities that recover, a slow handler) is no
/// sign that one delivery is lost. Pure; times are timestamps.
/// </summary>
/// <param name="first">What is taken for the longest until the first answer.</param>
/// <param name="period">How long a slow answer is remembered at least; at most twice as long.</param>
internal sealed class AnswerTimes(long first, long period)
{
    private bool _any;
    private long _since;
    private long _slowest;
    private long _before;

    public void Took(long elapsed, long now)
    {
        Turn(now);
        _slowest = Math.Max(_slowest, elapsed);
        _any = true;
    }

    public long Slowest(long now)
    {
        Turn(now);
        return _any ? Math.Max(_slowest, _before) : first;
    }

    private void Turn(long now)
    {
        if (now - _since >= period)
        {
            _before = now - _since < 2 * period ? _slowest : 0;
            (_slowest, _since) = (0, now);
        }
    }
}
