namespace ActorEvents.Relay;

/// <summary>How far one destination has come. Pure; changed only by <see cref="RelayPlaces"/>.</summary>
internal sealed class RelayTopic(string name, long place)
{
    public string Name { get; } = name;

    /// <summary>The incarnation that <see cref="Place"/> belongs to; null: not known yet.</summary>
    public string? Id { get; set; }

    /// <summary>Everything for this topic up to this ordering is acknowledged or set aside.</summary>
    public long Place { get; set; } = place;

    /// <summary>Everything for this topic up to this ordering is handed over; ahead of <see cref="Place"/> by what is under way.</summary>
    public long Next { get; set; } = place;

    /// <summary>Lists that are handed over and not yet looked at since they completed, oldest first.</summary>
    public Queue<RelayList> UnderWay { get; } = [];

    /// <summary>Events in <see cref="UnderWay"/>, and bytes of the rows that they are from.</summary>
    public (long Events, long Bytes) Size { get; set; }

    /// <summary>Timestamp of the last list that completed, or that was handed over with none before it.</summary>
    public long MovedAt { get; set; }

    /// <summary>Nothing of it has completed for a while: nobody waits for it.</summary>
    public bool Stalled { get; set; }

    /// <summary>The question for its id that is under way; null: none is.</summary>
    public Task<string>? Asking { get; set; }

    /// <summary>Gives that question up.</summary>
    public CancellationTokenSource? Question { get; set; }

    /// <summary>Timestamp of that question.</summary>
    public long AskedAt { get; set; }

    /// <summary>That question was not answered in time: nobody waits for it, and the topic is handed nothing before it is.</summary>
    public bool Unanswered { get; set; }

    /// <summary>Timestamp at which <see cref="Silence"/> was looked at last.</summary>
    public long SilentAt { get; set; }

    /// <summary>That it takes nothing, once that lasts; null: it takes what comes.</summary>
    public string? Silence { get; set; }

    /// <summary>It is to be asked for its id as soon as nothing of it is under way; it is handed nothing more before.</summary>
    public bool ToAsk { get; set; }

    /// <summary>What of <see cref="Place"/> is stored.</summary>
    public long Stored { get; set; }

    /// <summary>Its id was asked for since the start or the last failure, and answered.</summary>
    public bool Checked { get; set; }

    public string? Stopped { get; set; }

    /// <summary>Why it failed last. It stays until something is acknowledged again, or nothing is to be sent.</summary>
    public string? Fault { get; set; }

    public int Failures { get; set; }

    /// <summary>Timestamp from which it is tried again after a failure.</summary>
    public long RetryAt { get; set; }

    public bool Active => Checked && Stopped is null;

    /// <summary>Takes lists, if not now, then soon.</summary>
    public bool Moves => Active && !Stalled && !Unanswered;
}

/// <summary>What the id of a topic says.</summary>
internal enum TopicIdentity
{
    Same,

    /// <summary>Never published to.</summary>
    First,

    /// <summary>Published to before: goes on from its stored place.</summary>
    Known,

    /// <summary>Another incarnation than all known ones.</summary>
    Recreated,
}
