using ActorEvents.Node;
using ActorEvents.Relay;

namespace ActorEvents.Tests.Node;

public sealed class PublishedTests
{
    private static readonly RelayFlushed s_complete = new(7, 7, [], null);

    [Fact]
    public void Everything_is_published_is_said_only_where_nothing_was_set_aside()
    {
        const string everything = "everything up to row 7 is published";
        Assert.Contains(everything, NodeHost.Published(s_complete, 0), StringComparison.Ordinal);
        Assert.DoesNotContain(everything, NodeHost.Published(s_complete, null), StringComparison.Ordinal);
        Assert.DoesNotContain(everything, NodeHost.Published(s_complete with { Place = 6 }, 0), StringComparison.Ordinal);

        var refused = NodeHost.Published(s_complete, 3);
        Assert.DoesNotContain(everything, refused, StringComparison.Ordinal);
        Assert.Contains("3 event(s)", refused, StringComparison.Ordinal);
        Assert.Contains("ae_dead_letters", refused, StringComparison.Ordinal);
    }
}
