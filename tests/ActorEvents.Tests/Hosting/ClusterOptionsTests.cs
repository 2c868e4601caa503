using System.ComponentModel.DataAnnotations;
using ActorEvents.Hosting;

namespace ActorEvents.Tests.Hosting;

/// <summary>An address that nobody can reach, or that means another one than it seems, was waited for without end.</summary>
public sealed class ClusterOptionsTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("akka.tcp://events@127.0.0.1:4051")]
    [InlineData("127.0.0.1:0")]
    [InlineData("::1:4051")]
    [InlineData("node 1:4051")]
    public void A_seed_node_that_is_no_host_and_port_is_refused(string seed) =>
        Assert.Contains($"'{seed}' is not host:port. Give cluster.hostname and cluster.port of a node", Problem(new ClusterOptions { SeedNodes = ["a:1", seed] }), StringComparison.Ordinal);

    [Theory]
    [InlineData("0.0.0.0:4051")]
    [InlineData("[::]:4051")]
    public void A_seed_node_at_all_addresses_of_a_machine_is_refused(string seed) =>
        Assert.Contains($"'{seed}' stands for all addresses of a machine", Problem(new ClusterOptions { SeedNodes = [seed] }), StringComparison.Ordinal);

    [Theory]
    [InlineData("0.0.0.0", "public-hostname")]
    [InlineData("::", "public-hostname")]
    [InlineData("127.0.0.1:4051", "the port is cluster.port")]
    public void A_host_name_that_nobody_can_reach_is_refused(string host, string cure) => Assert.Contains(cure, Problem(new ClusterOptions { Hostname = host }), StringComparison.Ordinal);

    [Theory]
    [InlineData("node-1", "node_1.example:4051")]
    [InlineData("::1", "[::1]:4051")]
    [InlineData("LOCALHOST", "10.0.0.1:4051")]
    public void What_can_be_reached_is_taken(string host, string seed) => Assert.Null(Problem(new ClusterOptions { Hostname = host, SeedNodes = [seed] }));

    private static string? Problem(ClusterOptions options)
    {
        var problems = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true) ? null : Assert.Single(problems).ErrorMessage;
    }
}
