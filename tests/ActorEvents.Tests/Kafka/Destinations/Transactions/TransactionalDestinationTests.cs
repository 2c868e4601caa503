using ActorEvents.Kafka.Destinations.Transactions;
using ActorEvents.Relay;
using Confluent.Kafka;
using static ActorEvents.Tests.Kafka.Destinations.DestinationKit;
using static ActorEvents.Tests.Kafka.Destinations.Transactions.TransactionKit;

namespace ActorEvents.Tests.Kafka.Destinations.Transactions;

[Collection(RealKafkaCollection.Name)]
public sealed class TransactionalDestinationTests(RealKafkaFixture kafka)
{
    [SkippableFact]
    public async Task The_place_of_what_is_published_is_told_to_the_next_relay()
    {
        var (kit, topic) = await StartAsync();
        await using var _ = kit;
        var first = kit.Destination();
        Assert.Null(await OpenAsync(first, topic));
        Assert.All(await Task.WhenAll(PublishAsync(first, Records(topic, 1, 40)), PublishAsync(first, Records(topic, 41, 60))), Assert.Empty);

        var second = kit.Destination();
        Assert.Equal(100, await OpenAsync(second, topic));
        Assert.Empty(await PublishAsync(second, Records(topic, 101, 20)));
        Assert.Equal(Enumerable.Range(1, 120), Read(topic));
    }

    [SkippableTheory]
    [InlineData((int)TransactionStep.Begun)]
    [InlineData((int)TransactionStep.HalfHandedOver)]
    [InlineData((int)TransactionStep.HandedOver)]
    [InlineData((int)TransactionStep.PlaceSent)]
    public async Task A_relay_that_hangs_in_mid_transaction_publishes_nothing_when_it_wakes_behind_the_next_one(int step)
    {
        var (kit, topic) = await StartAsync();
        await using var _ = kit;
        using var halt = new Halt((TransactionStep)step);
        var hung = kit.Destination(halt.Passed);
        await OpenAsync(hung, topic);
        var late = hung.PublishAsync(Records(topic, 1, 30));
        await halt.ReachedAsync();

        var next = kit.Destination();
        Assert.Null(await OpenAsync(next, topic));
        Assert.Empty(await PublishAsync(next, Records(topic, 1, 50)));
        halt.GoOn();
        await Assert.ThrowsAsync<RelayLeaseLostException>(() => late.WaitAsync(Deadline, TimeProvider.System));
        Assert.Equal(Enumerable.Range(1, 50), Read(topic));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_refused_alone_is_set_aside_and_the_rest_is_published_once_in_order(bool limitedBefore)
    {
        const int limit = 20_000, large = 30_000;
        var (kit, topic) = await StartAsync();
        await using var _ = kit;
        if (limitedBefore)
        {
            await kafka.LimitAsync(topic, limit);
        }

        var destination = kit.Destination();
        await OpenAsync(destination, topic);
        Assert.Empty(await PublishAsync(destination, Records(topic, 1, 100)));
        if (!limitedBefore)
        {
            await kafka.LimitAsync(topic, limit);
        }

        int[] tooLarge = [130, 131, 199];
        var list = Enumerable.Range(101, 100).Select(i => Record(topic, i, tooLarge.Contains(i) ? large : 300)).ToArray();
        Assert.Equal(tooLarge, (await PublishAsync(destination, list)).Select(r => r.Index + 101));
        Assert.Equal(tooLarge.Length, await kit.DeadLetters.CountAsync(CancellationToken.None));
        Assert.Empty(await PublishAsync(destination, Records(topic, 201, 100)));
        Assert.Equal(Enumerable.Range(1, 300).Except(tooLarge), Read(topic));
        Assert.Equal(300, await OpenAsync(kit.Destination(), topic));
    }

    [SkippableFact]
    public async Task A_list_of_which_nothing_is_taken_moves_the_place()
    {
        var (kit, topic) = await StartAsync();
        await using var _ = kit;
        await kafka.LimitAsync(topic, 20_000);
        var destination = kit.Destination();
        await OpenAsync(destination, topic);

        Assert.Single(await PublishAsync(destination, Record(topic, 7, 30_000)));
        Assert.Equal(7, await OpenAsync(kit.Destination(), topic));
        Assert.Empty(Read(topic));
    }

    [SkippableFact]
    public async Task A_broker_that_is_killed_in_mid_transaction_costs_nothing_and_doubles_nothing()
    {
        var (kit, topic) = await StartAsync();
        await using var _ = kit;
        using var halt = new Halt(TransactionStep.PlaceSent);
        var destination = kit.Destination(halt.Passed);
        await OpenAsync(destination, topic);
        var list = destination.PublishAsync(Records(topic, 1, 100));
        await halt.ReachedAsync();
        await kafka.KillAsync();
        halt.GoOn();
        await kafka.ResumeAsync();
        await Task.WhenAny(list);

        // Whether the transaction was committed in the end is for the place to say.
        await Poll.UntilAsync(() => OpensAsync(destination, topic), "the topic can be asked for again");
        var place = (int)(await destination.PlaceAsync(topic, CancellationToken.None) ?? 0);
        Assert.Equal(list.IsCompletedSuccessfully ? 100 : place, place);
        Assert.Empty(await PublishAsync(destination, Records(topic, place + 1, 200 - place)));
        Assert.Equal(Enumerable.Range(1, 200), Read(topic));
    }

    [SkippableFact]
    public async Task It_stops_while_the_broker_hangs_in_mid_transaction()
    {
        var (kit, topic) = await StartAsync();
        await using var _ = kit;
        using var halt = new Halt(TransactionStep.PlaceSent);
        var destination = kit.Destination(halt.Passed);
        await OpenAsync(destination, topic);
        var list = destination.PublishAsync(Records(topic, 1, 10));
        await halt.ReachedAsync();
        await kafka.PauseAsync();
        try
        {
            halt.GoOn();
            await destination.DisposeAsync().AsTask().WaitAsync(TransactionalClient.Patience / 2, TimeProvider.System);
            await Assert.ThrowsAnyAsync<Exception>(() => list);
        }
        finally
        {
            await kafka.ContinueAsync();
        }
    }

    [SkippableFact]
    public async Task A_topic_that_is_re_created_in_mid_transaction_gets_nothing_from_the_middle()
    {
        var (kit, topic) = await StartAsync();
        await using var _ = kit;
        using var halt = new Halt(TransactionStep.PlaceSent);
        var destination = kit.Destination(halt.Passed);
        await OpenAsync(destination, topic);
        var list = destination.PublishAsync(Records(topic, 50, 20));
        await halt.ReachedAsync();
        using (var admin = kafka.Admin())
        {
            await admin.DeleteTopicsAsync([topic]);
        }

        await Poll.UntilAsync(() => CreatesAsync(topic), "the topic can be made again");
        halt.GoOn();
        await Assert.ThrowsAsync<KafkaException>(() => list.WaitAsync(Deadline, TimeProvider.System));

        await Poll.UntilAsync(() => OpensAsync(destination, topic), "the topic can be asked for again");
        Assert.Null(await destination.PlaceAsync(topic, CancellationToken.None));
        Assert.Empty(await PublishAsync(destination, Records(topic, 1, 30)));
        Assert.Equal(Enumerable.Range(1, 30), Read(topic));
    }

    [SkippableFact]
    public async Task What_was_published_before_the_journal_was_restored_holds_as_far_as_the_journal_was_the_same()
    {
        var (kit, topic) = await StartAsync();
        await using var _ = kit;
        var before = kit.Destination();
        await OpenAsync(before, topic);
        Assert.Empty(await PublishAsync(before, Records(topic, 1, 170)));

        Assert.Equal(100, await OpenAsync(kit.Destination(null, 100), topic));
        var after = kit.Destination(null, 200);
        Assert.Equal(170, await OpenAsync(after, topic));
        Assert.Empty(await PublishAsync(after, Records(topic, 171, 50)));
        Assert.Equal(220, await OpenAsync(kit.Destination(null, 200), topic));
        Assert.Equal(210, await OpenAsync(kit.Destination(null, 200, 210), topic));
    }

    private async Task<bool> CreatesAsync(string topic)
    {
        try
        {
            await kafka.CreateTopicAsync(topic, 1);
            return true;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    private static async Task<bool> OpensAsync(TransactionalDestination destination, string topic)
    {
        try
        {
            await OpenAsync(destination, topic);
            return true;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    private IReadOnlyList<int> Read(string topic) => DestinationKit.Read(kafka.Bootstrap, topic);

    private async Task<(TransactionKit Kit, string Topic)> StartAsync()
    {
        kafka.Require();
        return (new TransactionKit(kafka.Bootstrap), await kafka.CreateTopicAsync(1));
    }
}
