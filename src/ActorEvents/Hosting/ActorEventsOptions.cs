using System.ComponentModel.DataAnnotations;
using System.Globalization;
using ActorEvents.Relay;
using ActorEvents.Sources;
using ActorEvents.Subscriptions;

namespace ActorEvents.Hosting;

/// <summary>Settings of the runtime; the sections of <c>actor-events</c> in the configuration have the same names.</summary>
public sealed class ActorEventsOptions
{
    /// <summary>Section <c>events</c>: size, shards, what starts paused.</summary>
    public EventOptions Events { get; } = new();

    /// <summary>Section <c>flow</c>: what one lane may have under way.</summary>
    public FlowOptions Flow { get; } = new();

    /// <summary>Section <c>delivery</c>: how subscriptions deliver.</summary>
    public DeliveryOptions Delivery { get; } = new();

    /// <summary>Section <c>relay</c>.</summary>
    public RelayOptions Relay { get; } = new();

    /// <summary>Section <c>cluster</c>.</summary>
    public ClusterOptions Cluster { get; } = new();

    /// <summary>How long a stop waits for the relay after sources and handlers have drained. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan RelayDrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long leaving the cluster may take. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan LeaveTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What does not go together, with both values; null: nothing.</summary>
    public string? Problem() =>
        Delivery.ResendMax < Delivery.ResendAfter
            ? $"delivery.resend-max = {Delivery.ResendMax} must not be below delivery.resend-after = {Delivery.ResendAfter}: raise the one or lower the other."
        : Flow.Span < Flow.MaxEvents
            ? string.Create(CultureInfo.InvariantCulture, $"flow.span = {Flow.Span} must not be below flow.max-events = {Flow.MaxEvents}: what is unsettled is tracked. Raise the one or lower the other.")
        : null;

    /// <summary>The whole of a stop, for <c>HostOptions.ShutdownTimeout</c>: drain + relay + leave + 5 s.</summary>
    public TimeSpan ShutdownTimeout => Flow.DrainTimeout + RelayDrainTimeout + LeaveTimeout + TimeSpan.FromSeconds(5);
}
