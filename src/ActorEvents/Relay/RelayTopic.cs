namespace ActorEvents.Relay;

/// <summary>How far one destination has come. Pure; changed only by <see cref="RelayPlaces"/>.</summary>
internal sealed class RelayTopic(string name, long place)
{
    public string Name { get; } = name;

    /// <summary>The incarnation that <see cref="Place"/> belongs to; null: not known yet.</summary>
    public string? Id { get; set; }

    /// <summary>Everything for this topic up to this ordering is acknowledged or set aside.</summary>
    public long Place { get; set; } = place;

    /// <summary>What of <see cref="Place"/> is stored.</summary>
    public long Stored { get; set; }

    /// <summary>Its id was asked for since the start or the last failure, and answered.</summary>
    public bool Checked { get; set; }

    public string? Stopped { get; set; }

    public string? Fault { get; set; }

    public int Failures { get; set; }

    /// <summary>Timestamp from which it is tried again after a failure.</summary>
    public long RetryAt { get; set; }

    public bool Active => Checked && Stopped is null;
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
