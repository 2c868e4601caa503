using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;

namespace ActorEvents.Hosting;

/// <summary>Where this node is reached and whom it joins.</summary>
public sealed class ClusterOptions : IValidatableObject
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

    /// <summary>A seed node without a port is asked for ever, and never answers; an address that stands for all of a machine's is reached by nobody.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (StandsForAll(Hostname))
        {
            yield return new ValidationResult(
                $"'{Hostname}' stands for all addresses of a machine, and no other node can reach it. Give the one that the others use (to listen at all of them, in the file: "
                + "akka.remote.dot-netty.tcp { hostname = \"0.0.0.0\", public-hostname = \"…\" }).",
                [nameof(Hostname)]);
        }
        else if (Uri.CheckHostName(Hostname) == UriHostNameType.Unknown)
        {
            yield return new ValidationResult($"'{Hostname}' is no name or address of a host. Give only that: the port is cluster.port.", [nameof(Hostname)]);
        }

        foreach (var seed in SeedNodes)
        {
            var colon = seed.LastIndexOf(':');
            var host = colon < 1 ? "" : seed[..colon];
            if (!ushort.TryParse(seed.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0
                || Uri.CheckHostName(host) == UriHostNameType.Unknown || (host.Contains(':', StringComparison.Ordinal) && host[0] != '['))
            {
                yield return new ValidationResult(
                    $"'{seed}' is not host:port. Give cluster.hostname and cluster.port of a node and nothing else: node-1:4051, 10.0.0.1:4051, [fd00::1]:4051.", [nameof(SeedNodes)]);
            }
            else if (StandsForAll(host))
            {
                yield return new ValidationResult($"'{seed}' stands for all addresses of a machine, and no node can be reached there. Give the one that this node has as its cluster.hostname.", [nameof(SeedNodes)]);
            }
        }
    }

    /// <summary>Whether it is 0.0.0.0 or [::].</summary>
    internal static bool StandsForAll(string host) => IPAddress.TryParse(host, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));
}
