using System.Runtime.CompilerServices;

namespace ActorEvents.Tests.Kafka;

/// <summary>Waits for a condition that nothing announces.</summary>
internal static class Poll
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Fails the test with <paramref name="what"/>, or the condition's text, when it does not hold within the time.</summary>
    public static Task UntilAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "", int seconds = 60) =>
        UntilAsync(() => Task.FromResult(condition()), what, seconds);

    /// <inheritdoc cref="UntilAsync(Func{bool}, string, int)"/>
    public static async Task UntilAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "", int seconds = 60)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!await condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"Not within {seconds} s: {what}");
            await Task.Delay(s_interval, TimeProvider.System, CancellationToken.None);
        }
    }
}
