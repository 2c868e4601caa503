using System.ComponentModel.DataAnnotations;

namespace ActorEvents.Shop;

/// <summary>Settings <c>actor-events.shop</c>.</summary>
public sealed class ShopOptions
{
    /// <summary>Whether this node runs the shop's handlers and sources. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Whether the data set is fed to <c>shop.order-lines</c>. Default true.</summary>
    public bool Feed { get; set; } = true;

    /// <summary>The file to feed; empty: the data set that comes with the node.</summary>
    public string File { get; set; } = "";

    /// <summary>Lines a second at most; 0: as fast as they are taken. Default 0.</summary>
    [Range(0, 1_000_000)]
    public int Rate { get; set; }

    /// <summary>For demonstrations: each event of an order takes this long (a timer, no thread waits). Default 0.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Slow { get; set; } = TimeSpan.Zero;

    /// <summary>For demonstrations: the lines of this invoice fail. Default none.</summary>
    public string FailInvoice { get; set; } = "";

    /// <summary>For demonstrations: one more handler that takes every line under one key. Default false.</summary>
    public bool HotKey { get; set; }
}
