using static ActorEvents.Tests.Kafka.Destinations.DestinationKit;

namespace ActorEvents.Tests.Kafka.Destinations;

[Collection(RealKafkaCollection.Name)]
public sealed class RealDestinationTests(RealKafkaFixture kafka)
{
    private const int Limit = 20_000;
    private const int Large = 30_000;

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_topic_that_takes_less_than_the_client_gets_all_but_what_is_too_large_alone(bool limitedBefore)
    {
        kafka.Require();
        const int count = 400;
        var topic = await kafka.CreateTopicAsync(1);
        await using var kit = new DestinationKit(kafka.Bootstrap);
        if (limitedBefore)
        {
            await kafka.LimitAsync(topic, Limit);
        }

        await kit.IdAsync(topic);
        Assert.Empty(await kit.PublishAsync(Records(topic, 0, 100)));
        if (!limitedBefore)
        {
            await kafka.LimitAsync(topic, Limit);
        }

        int[] tooLarge = [200, 201, 350];
        var list = Enumerable.Range(100, count).Select(i => Record(topic, i, tooLarge.Contains(i) ? Large : 300)).ToArray();
        Assert.Equal(tooLarge, (await kit.PublishAsync(list)).Select(r => r.Index + 100).Order());
        Assert.Equal(Enumerable.Range(0, 100 + count).Except(tooLarge), kit.Read(topic));
        if (limitedBefore)
        {
            Assert.Contains(kit.Log.Lines, l => l.Contains(topic, StringComparison.Ordinal) && l.Contains("events.max-bytes", StringComparison.Ordinal));
        }
    }

    [SkippableFact]
    public async Task A_limit_that_is_lowered_before_the_first_batch_sets_nothing_aside_and_keeps_the_order()
    {
        kafka.Require();
        var topic = await kafka.CreateTopicAsync(1);
        await using var kit = new DestinationKit(kafka.Bootstrap, ("batch.num.messages", "100"));
        await kit.IdAsync(topic);
        await kafka.LimitAsync(topic, Limit);

        Assert.Empty(await kit.PublishAsync([.. Enumerable.Range(0, 5_000).Select(i => Record(topic, i, 300))]));
        Assert.Equal(Enumerable.Range(0, 5_000), kit.Read(topic));
    }
}
