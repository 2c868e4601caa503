using System.ComponentModel.DataAnnotations;

namespace ActorEvents.Relay;

/// <summary>What to do with a destination's topic that was re-created (another topic id): setting <c>relay.recreated-topic</c>.</summary>
public enum RecreatedTopic
{
    /// <summary>That destination stops with a message that names this choice; the others go on.</summary>
    Stop,

    /// <summary>The new topic gets everything from the journal's first entry; consumers drop by origin what they know.</summary>
    Replay,

    /// <summary>The new topic gets what the old one had not got yet.</summary>
    Continue,
}

/// <summary>Settings <c>relay</c>.</summary>
public sealed class RelayOptions
{
    /// <summary>Default <see cref="Relay.RecreatedTopic.Stop"/>: on a broker of the user's own a deleted topic is somebody's decision. An embedded broker sets Replay.</summary>
    public RecreatedTopic RecreatedTopic { get; set; } = RecreatedTopic.Stop;

    /// <summary>
    /// Whether what is published is seen once by whoever reads what is committed: the destination must be one that does it (<see cref="IRelayDestination.IsExactlyOnce"/>), or nothing is
    /// published and the relay says so. Default false: at least once, each with an id that repeats.
    /// </summary>
    public bool ExactlyOnce { get; set; }

    /// <summary>Attribute <c>source</c> of published events, a URI reference. Null or empty: <c>/actor-events/</c> + journal id.</summary>
    public string? Source { get; set; }

    /// <summary>Journal rows in one page at most; one page is in memory, also bounded in bytes by the journal's reader. Default 2,000.</summary>
    [Range(1, 100_000)]
    public int PageRows { get; set; } = 2_000;

    /// <summary>
    /// Outgoing events that may be under way to the broker, handed over and not acknowledged: more are handed over while there are fewer, so that it may be passed by one list (2,000 events, or
    /// those of one row). A topic that takes nothing for a second is waited for no longer, and counts no more. Default 20,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int WindowEvents { get; set; } = 20_000;

    /// <summary>The same in bytes of the rows that they are from. Default 16 MiB.</summary>
    [Range(65_536, 1L << 32)]
    public long WindowBytes { get; set; } = 16L << 20;

    /// <summary>Journal rows by which the relay may fall behind before the sources of all nodes wait for it; they go on when it has made up for half of them. Default 200,000.</summary>
    [Range(1_000, 1_000_000_000)]
    public int MaxBehind { get; set; } = 200_000;

    /// <summary>
    /// How long the journal is not looked at without a notification, at first; while it does not grow, the pause doubles up to eight times this. Default 500 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Time between two writes of places while events flow: what is published again after a crash. Default 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan StoreInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often topics are asked for their id, so that a broker that starts over is noticed. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan TopicCheckInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Pause after the first failure, doubling. Default 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest pause after failures. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan MaxPause { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause after another relay took the lease, before this one (if it is still the cluster's singleton) takes it again. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan LeaseLostPause { get; set; } = TimeSpan.FromSeconds(5);
}
