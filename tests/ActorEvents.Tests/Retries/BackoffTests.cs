using ActorEvents.Retries;

namespace ActorEvents.Tests.Retries;

public sealed class BackoffTests
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(200), s_max = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 400)]
    [InlineData(6, 6_400)]
    [InlineData(7, 10_000)]
    [InlineData(1_000, 10_000)]
    public void Pauses_double_up_to_the_longest_and_are_up_to_a_fifth_shorter(int failures, int milliseconds)
    {
        Assert.Equal(milliseconds, Backoff.After(failures, s_first, s_max, chance: 0).TotalMilliseconds);
        Assert.Equal(0.8 * milliseconds, Backoff.After(failures, s_first, s_max, chance: 1).TotalMilliseconds, 6);
        Assert.InRange(Backoff.After(failures, s_first, s_max).TotalMilliseconds, 0.8 * milliseconds, milliseconds);
    }

    /// <summary>All nodes of a cluster lose their broker in the same moment, and came back to it in the same moment, too.</summary>
    [Fact]
    public void What_failed_together_does_not_come_back_together() =>
        Assert.NotEqual(1, Enumerable.Range(0, 20).Select(_ => Backoff.After(7, s_first, s_max)).Distinct().Count());
}
