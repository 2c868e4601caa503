using System.ComponentModel.DataAnnotations;

namespace ActorEvents.Hosting;

/// <summary>Section <c>events</c>: what holds for all events and handlers of a node.</summary>
public sealed class EventOptions
{
    /// <summary>Largest event (key, headers and value) in bytes; the remote frame follows from it (+ 16 KiB). Default 1 MiB.</summary>
    [Range(1_024, 64 * 1024 * 1024)]
    public int MaxBytes { get; set; } = 1024 * 1024;

    /// <summary>Shards per handler type; the same on all nodes and for ever. Default 60.</summary>
    [Range(1, 10_000)]
    public int Shards { get; set; } = 60;

    /// <summary>Names of sources that emit nothing on this node until they are told to go on.</summary>
    public IReadOnlyList<string> PausedSources { get; set; } = [];

    /// <summary>Names of handlers that get nothing on this node until they are told to go on.</summary>
    public IReadOnlyList<string> PausedHandlers { get; set; } = [];

    /// <summary>Names of handlers and sources that are gone for good. What stands in the journal under them is left there, and no start is refused for it.</summary>
    public IReadOnlyList<string> Forgotten { get; set; } = [];
}
