using ActorEvents.Retries;
using Microsoft.Extensions.Time.Testing;

namespace ActorEvents.Tests.Retries;

public sealed class RepeatedErrorsTests
{
    [Fact]
    public void Two_errors_are_the_same_whatever_numbers_stand_in_their_text()
    {
        var errors = new RepeatedErrors(new FakeTimeProvider());
        bool[] said = [.. Enumerable.Range(0, 8).Select(i => errors.IsWorthSaying("shop.orders", $"no answer after {i} ms"))];
        Assert.Equal([true, true, false, true, false, false, false, true], said);
        Assert.True(errors.IsWorthSaying("shop.stock", "no answer after 1 ms"));
    }
}
