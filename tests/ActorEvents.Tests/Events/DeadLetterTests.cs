using ActorEvents.Events;

namespace ActorEvents.Tests.Events;

public sealed class DeadLetterTests
{
    /// <summary>A null array converts to zero bytes by itself.</summary>
    [Fact]
    public void What_is_missing_stays_missing_and_arrays_are_copied()
    {
        byte[] value = [1, 2];
        var letter = new DeadLetter(new EventPosition(new StreamId("s", "s"), 1), "bad", null, value, [new("n", null), new("e", [])]);
        value[0] = 9;

        Assert.Null(letter.Key);
        Assert.Equal([1, 2], letter.Value!.Value.ToArray());
        Assert.Null(letter.Headers[0].Value);
        Assert.Equal(0, letter.Headers[1].Value!.Value.Length);
        Assert.Equal(4, letter.Size);
    }
}
