using ActorEvents.Hosting;
using ActorEvents.Journal.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Hosting;

/// <summary>The record that a cluster keeps in its journal.</summary>
public sealed class ClusterClaimTests
{
    private const string A = "akka.tcp://events@a:1#1", B = "akka.tcp://events@b:1#2", C = "akka.tcp://events@c:1#3", X = "akka.tcp://events@x:1#4";

    private readonly MemoryClusterStore _store = new();
    private readonly List<string> _ended = [];

    [Fact]
    public async Task The_oldest_member_writes_and_the_next_one_when_it_is_not_reached_any_more()
    {
        var (first, second) = (A, B);
        var claims = (A: Claim(() => View(A, first, 3, A, B, C)), B: Claim(() => View(B, second, 3, A, B, C)));
        second = A;
        await claims.A.LookAsync(default);
        await claims.B.LookAsync(default);
        Assert.Equal(A, _store.Record!.Writer);

        second = B;
        await claims.B.LookAsync(default);
        Assert.Equal(new ClusterRecord(2, B, [A, B, C]), _store.Record);
    }

    /// <summary>It took the relay's lease back, and worked on its keys until the cluster told it 12 s later.</summary>
    [Fact]
    public async Task A_node_that_slept_while_the_others_went_on_without_it_stops_at_its_first_look()
    {
        var woken = Claim(() => View(A, A, 3, A, B, C));
        await woken.LookAsync(default);

        _store.Record = new ClusterRecord(9, B, [B, C]);

        Assert.False(await woken.LookAsync(default));
        Assert.Contains("this one (akka.tcp://events@a:1#1) is none of them", Assert.Single(_ended), StringComparison.Ordinal);
        Assert.Equal(9, _store.Record.Beat);
    }

    [Fact]
    public async Task Of_two_clusters_the_smaller_one_stops()
    {
        var large = Claim(() => View(A, A, 2, A, B));
        var small = Claim(() => View(X, X, 1, X));
        await large.LookAsync(default);
        _store.Record = new ClusterRecord(5, X, [X]);
        await small.LookAsync(default);

        Assert.True(await large.LookAsync(default));
        Assert.Contains("another cluster works on this journal", large.Problem, StringComparison.Ordinal);
        Assert.False(await small.LookAsync(default));
        await large.LookAsync(default);
        Assert.Null(large.Problem);
        Assert.Equal([A, B], _store.Record!.Members);
    }

    [Fact]
    public async Task A_node_that_has_just_joined_need_not_stand_in_the_record_yet()
    {
        _store.Record = new ClusterRecord(5, A, [A, B]);

        Assert.True(await Claim(() => View(C, A, 3, A, B, C)).LookAsync(default));
        Assert.Equal(5, _store.Record.Beat);
    }

    [Fact]
    public async Task Who_stops_leaves_the_record_and_the_last_one_leaves_it_empty()
    {
        _store.Record = new ClusterRecord(5, A, [A, B]);

        await Claim(() => View(A, B, 1, B)).DisposeAsync();
        Assert.Equal([B], _store.Record.Members);
        await Claim(() => View(B, null, 0)).DisposeAsync();
        Assert.Empty(_store.Record.Members);
    }

    private static ClusterView View(string self, string? oldest, int reached, params string[] members) => new(self, oldest, members, reached);

    private ClusterClaim Claim(Func<ClusterView> view) => new(_store, view, e => _ended.Add(e.Message), new FakeTimeProvider(), NullLogger.Instance);
}
