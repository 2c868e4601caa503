using System.ComponentModel.DataAnnotations;

namespace ActorEvents.Sources;

/// <summary>What one lane may have under way.</summary>
public sealed class FlowOptions
{
    /// <summary>Unsettled events of a lane at most (credits). Default 8,192; sensible is at least 8 times the active keys.</summary>
    [Range(1, 1_048_576)]
    public int MaxEvents { get; set; } = 8_192;

    /// <summary>
    /// Unsettled bytes of a lane at most, as they were on the wire; one event may always go. A payload of text that a key selector or handler has parsed is
    /// kept beside its bytes and may take twice as much again. Default 16 MiB.
    /// </summary>
    [Range(1_024, 1L << 40)]
    public long MaxBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Positions tracked at most, settled ones behind a gap included (counted, so that holes cost nothing). Default 65,536.</summary>
    [Range(1, 16_777_216)]
    public int Span { get; set; } = 65_536;

    /// <summary>Events in one <c>Emitted</c> at most. Default 512.</summary>
    [Range(1, 65_536)]
    public int EmitBatch { get; set; } = 512;

    /// <summary>Time between two commits of positions. Default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a revoked or stopping lane waits for what is under way. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
