using System.ComponentModel.DataAnnotations;

namespace ActorEvents.Subscriptions;

/// <summary>How a subscription delivers to the entities of its handler type.</summary>
public sealed class DeliveryOptions
{
    /// <summary>Events in one delivery at most. Default 256.</summary>
    [Range(1, 65_536)]
    public int MaxEvents { get; set; } = 256;

    /// <summary>Bytes in one delivery at most; one event may always go. Must fit the remote frame. Default 1 MiB.</summary>
    [Range(1_024, 64 * 1024 * 1024)]
    public int MaxBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// Time without an answer after which a delivery is sent again; doubles up to <see cref="ResendMax"/>. The first time never less than one and a half times
    /// what answers took lately. Default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan ResendAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time between two sends of one delivery. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "24:00:00")]
    public TimeSpan ResendMax { get; set; } = TimeSpan.FromSeconds(60);
}
