using System.Text;
using ActorEvents.Events.Codecs;

namespace ActorEvents.Tests.Events.Codecs;

public sealed class RawHeadersTests
{
    [Fact]
    public void Headers_come_back_in_their_order_with_nulls_empty_values_and_repeated_names()
    {
        var headers = RawHeaders.Of(new("a", [7]), new("ü", null), new("a", []), new("", [1, 2]));

        var read = new List<(string Name, byte[]? Value)>();
        foreach (var header in headers)
        {
            read.Add((Encoding.UTF8.GetString(header.Name), header.HasValue ? header.Value.ToArray() : null));
        }

        Assert.Equal(["a", "ü", "a", ""], read.Select(h => h.Name));
        Assert.Equal([[7], null, [], [1, 2]], read.Select(h => h.Value));
        Assert.Equal(4, headers.Count);
        Assert.Equal(2 + 2 + 1 + 2, headers.Size);
    }

    [Fact]
    public void No_headers_are_none()
    {
        RawHeaders headers = default;

        foreach (var header in headers)
        {
            Assert.Fail(Encoding.UTF8.GetString(header.Name));
        }

        Assert.Equal(0, headers.Size);
        Assert.Equal(0, RawHeaders.Of().Size);
    }

    [Fact]
    public void A_header_that_has_no_room_is_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => RawHeaders.Write(new byte[RawHeaders.Overhead + 2], "a"u8, "bc"u8, hasValue: true));
    }
}
