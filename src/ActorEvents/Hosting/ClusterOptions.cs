using System.ComponentModel.DataAnnotations;

namespace ActorEvents.Hosting;

/// <summary>Where this node is reached and whom it joins.</summary>
public sealed class ClusterOptions
{
    /// <summary>Name of the actor system; the same on all nodes. Default <c>actor-events</c>.</summary>
    [Required, RegularExpression("[a-zA-Z0-9][a-zA-Z0-9-]{0,62}")]
    public string Name { get; set; } = "actor-events";

    /// <summary>Address that the others use. Default 127.0.0.1.</summary>
    [Required]
    public string Hostname { get; set; } = "127.0.0.1";

    /// <summary>Port for the cluster; 0: any free one. Default 0.</summary>
    [Range(0, 65_535)]
    public int Port { get; set; }

    /// <summary>Addresses <c>host:port</c> of the nodes that are asked first. Empty: a cluster of its own. Default empty.</summary>
    public IReadOnlyList<string> SeedNodes { get; set; } = [];
}
