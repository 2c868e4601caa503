using ActorEvents.Hosting;
using ActorEvents.Journal.Stores;
using Akka.Actor;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Hosting;

/// <summary>Whether a node may form a cluster on a journal.</summary>
public sealed class ClusterFormingTests
{
    private const string A = "akka.tcp://events@a:1#1", AgainA = "akka.tcp://events@a:1#2", B = "akka.tcp://events@b:1#3", C = "akka.tcp://events@c:1#4";

    private readonly MemoryClusterStore _store = new();
    private readonly FakeTimeProvider _time = new();
    private readonly Dictionary<string, Listening> _listening = [];

    [Fact]
    public async Task A_journal_without_a_cluster_is_taken_by_one_of_two()
    {
        var (first, second) = (Forming(A), Forming(B));
        var (seenByFirst, seenBySecond) = (await first.LookAsync(default), await second.LookAsync(default));

        Assert.True(await first.ClaimAsync(seenByFirst, default));
        Assert.False(await second.ClaimAsync(seenBySecond, default));
        Assert.Equal([A], _store.Record!.Members);
    }

    /// <summary>It formed a second cluster, and both worked on all keys.</summary>
    [Fact]
    public async Task The_first_seed_node_that_comes_back_alone_joins_those_that_went_on()
    {
        _store.Record = new ClusterRecord(7, A, [A, B, C]);

        var found = await Forming(AgainA).LookAsync(default);

        Assert.Equal(["b", "c"], found.Alive.Select(a => a.Host));
    }

    [Fact]
    public async Task A_cluster_whose_nodes_all_refuse_a_connection_is_gone_at_once()
    {
        _store.Record = new ClusterRecord(7, A, [A, B]);
        _listening["a"] = _listening["b"] = Listening.Refused;

        Assert.Empty((await Forming(C).LookAsync(default)).Alive);
    }

    [Fact]
    public async Task A_cluster_of_which_nothing_is_known_is_gone_when_it_has_not_written_for_15_s()
    {
        _store.Record = new ClusterRecord(7, A, [A]);
        _listening["a"] = Listening.Unknown;
        var forming = Forming(C);
        Assert.NotEmpty((await forming.LookAsync(default)).Alive);

        _time.Advance(ClusterForming.Patience / 2);
        _store.Record = new ClusterRecord(8, A, [A]);
        Assert.True((await forming.LookAsync(default)) is { Beats: true, Alive.Count: 1 });
        _time.Advance(ClusterForming.Patience - TimeSpan.FromSeconds(1));
        Assert.NotEmpty((await forming.LookAsync(default)).Alive);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty((await forming.LookAsync(default)).Alive);
    }

    private ClusterForming Forming(string self) => new(_store, self, Listens, _time);

    private Task<Listening> Listens(Address address) => Task.FromResult(_listening.GetValueOrDefault(address.Host!, Listening.Yes));
}
