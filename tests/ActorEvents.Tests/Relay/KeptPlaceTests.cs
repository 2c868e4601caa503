using ActorEvents.Relay;

namespace ActorEvents.Tests.Relay;

/// <summary>Destinations that store places themselves, together with what is published.</summary>
public sealed class KeptPlaceTests
{
    private readonly RelayBench _bench = new();

    [Theory]
    [InlineData(4L, 0, new[] { "t5", "t6" })]
    [InlineData(6L, 0, new string[0])]
    [InlineData(4L, 3, new[] { "t1", "t2", "t3", "t5", "t6" })]
    [InlineData(2L, 3, new[] { "t1", "t2", "t3", "t4", "t5", "t6" })]
    [InlineData(null, 3, new[] { "t1", "t2", "t3", "t4", "t5", "t6" })]
    public async Task The_relay_goes_on_behind_the_place_that_is_further_its_own_or_the_destination_s(long? kept, int before, string[] published)
    {
        Say(before);
        if (before > 0)
        {
            await _bench.RunAsync();
        }

        Say(6 - before);
        _bench.Broker.Place = _ => kept;
        await _bench.RunAsync();
        Assert.Equal(published, _bench.Broker.Data("t"));
        Assert.Equal(6, _bench.Store.Place("t", _bench.Broker.Id("t")));
    }

    [Fact]
    public async Task A_topic_whose_incarnation_the_destination_knows_is_not_a_re_created_one()
    {
        Say(3);
        await _bench.RunAsync();
        _bench.Options.RecreatedTopic = RecreatedTopic.Stop;
        _bench.Broker.Recreate("t");
        _bench.Broker.Place = _ => 2;
        var view = await _bench.RunAsync();
        Assert.Null(Assert.Single(view.Destinations).Stopped);
        Assert.Equal(["t3"], _bench.Broker.Data("t"));
    }

    [Fact]
    public async Task A_list_that_failed_and_is_there_all_the_same_is_not_published_again()
    {
        Say(4);
        var failed = false;
        _bench.Broker.Fault = records =>
        {
            (var before, failed) = (failed, true);
            return before ? null : records.Count;
        };
        _bench.Broker.Place = _ => failed ? 4 : null;
        var view = await _bench.RunAsync();
        Assert.True(failed);
        Assert.Null(Assert.Single(view.Destinations).Fault);
        Assert.Equal(["t1", "t2", "t3", "t4"], _bench.Broker.Data("t"));
        Assert.Equal(4, _bench.Store.Place("t", _bench.Broker.Id("t")));
    }

    [Fact]
    public async Task A_destination_that_another_relay_has_taken_over_ends_this_one()
    {
        Say(2);
        _bench.Broker.Fault = _ => throw new RelayLeaseLostException("another one publishes");
        await Assert.ThrowsAsync<RelayLeaseLostException>(() => _bench.NewFeeder().PassAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Exactly_once_is_refused_with_a_destination_that_does_it_at_least_once()
    {
        Say(1);
        _bench.Options.ExactlyOnce = true;
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => _bench.NewFeeder().PassAsync(CancellationToken.None));
        Assert.Contains("relay.exactly-once = on", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Broker.Names);
    }

    private void Say(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _bench.Journal.Append("h/t", outgoing: [("t", $"t{_bench.Journal.Highest + 1}")]);
        }
    }
}
